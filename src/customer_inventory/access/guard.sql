-- name: session_of_token
-- The process behind a token, and what it may do for the token's purpose on which terms, if all of
-- it is in force, and when next the passing of time changes any of it.
SELECT
    p.id AS process,
    t.purpose,
    t.person,
    least(t.expires_at, f.changes_at) AS good_until,
    u.despite_restriction,
    u.legal_basis,
    u.requires_consent,
    u.despite_objection,
    u.privacy_purposes,
    f.permissions,
    f.terms,
    f.rules
FROM access.token AS t
INNER JOIN access.process AS p ON t.process = p.id
CROSS JOIN LATERAL access.in_force(p.id, t.purpose) AS f
LEFT JOIN access.purpose AS u ON t.purpose = u.code
WHERE
    t.sha256 = $1
    AND t.revoked_at IS NULL
    AND t.expires_at > now()
    AND p.state = 'active'
    -- A personal token ends with the account of its person, and with the admission.
    AND (
        t.name IS NULL
        OR EXISTS (
            SELECT FROM access.process_person AS m
            INNER JOIN access.account AS a ON m.person = a.person
            WHERE m.process = t.process AND m.person = t.person AND a.state = 'active'
        )
    );

-- name: session_of_client
-- The process behind a signed token of a client, if all of it is in force, as above.
SELECT
    p.id AS process,
    f.changes_at AS good_until,
    u.despite_restriction,
    u.legal_basis,
    u.requires_consent,
    u.despite_objection,
    u.privacy_purposes,
    f.permissions,
    f.terms,
    f.rules
FROM access.client AS c
INNER JOIN access.process AS p ON c.process = p.id
CROSS JOIN LATERAL access.in_force(p.id, $4) AS f
LEFT JOIN access.purpose AS u ON u.code = $4
WHERE
    c.id = $1
    AND c.generation = $2
    AND ($5 OR NOT c.dpop_required)
    AND c.state = 'active'
    AND p.state = 'active'
    AND NOT EXISTS (
        SELECT FROM access.token_revocation AS r
        WHERE r.jti = $3
    );

-- name: session_of_process
-- What an active process may do for a purpose, without a token.
SELECT
    f.changes_at AS good_until,
    u.despite_restriction,
    u.legal_basis,
    u.requires_consent,
    u.despite_objection,
    u.privacy_purposes,
    f.permissions,
    f.terms,
    f.rules
FROM access.process AS p
CROSS JOIN LATERAL access.in_force(p.id, $2) AS f
LEFT JOIN access.purpose AS u ON u.code = $2
WHERE p.id = $1 AND p.state = 'active';
