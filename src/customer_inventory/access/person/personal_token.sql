-- name: end_expired_token
-- An expired token makes room for one of the same name.
UPDATE access.token AS t SET revoked_at = now()
WHERE t.person = $1 AND t.name = $2 AND t.revoked_at IS NULL AND t.expires_at <= now();

-- name: issue_personal_token
-- A token in the name of a person.
INSERT INTO access.token (sha256, process, purpose, person, expires_at, name)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: tokens_of_person
-- The tokens of a person that go on.
SELECT
    t.name,
    t.process,
    t.purpose,
    t.issued_at,
    t.expires_at
FROM access.token AS t
WHERE t.person = $1 AND t.name IS NOT NULL AND t.revoked_at IS NULL AND t.expires_at > now()
ORDER BY t.name;

-- name: revoke_personal_token
-- End a token of a person.
UPDATE access.token AS t SET revoked_at = now()
WHERE t.person = $1 AND t.name = $2 AND t.revoked_at IS NULL
RETURNING t.name;
