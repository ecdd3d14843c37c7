-- name: account_by_person
-- An account as it signs in.
SELECT
    a.person,
    a.name,
    a.is_administrator,
    a.state,
    a.password,
    a.sealed_totp
FROM access.account AS a
WHERE a.person = $1;

-- name: account_of_subject
-- The active account that is linked to the subject of a provider.
SELECT
    a.person,
    a.name,
    a.is_administrator,
    a.state,
    a.password,
    a.sealed_totp
FROM access.provider_person AS l
INNER JOIN access.account AS a ON l.person = a.person
WHERE l.issuer = $1 AND l.subject = $2 AND a.state = 'active';

-- name: register_account
-- A new account, or another name of one that is there; nobody loses being administrator by it.
INSERT INTO access.account AS a (person, name, is_administrator, registered_by)
VALUES ($1, $2, $3, $4)
ON CONFLICT (person) DO UPDATE
    SET
        name = excluded.name,
        is_administrator = a.is_administrator OR excluded.is_administrator;

-- name: disable_account
-- Disable an account, but the last administrator; its sessions end with it.
WITH changed AS (
    UPDATE access.account AS a SET state = 'disabled'
    WHERE
        a.person = $1
        AND (
            NOT a.is_administrator
            OR EXISTS (
                SELECT FROM access.account AS o
                WHERE o.is_administrator AND o.state = 'active' AND o.person <> a.person
            )
        )
    RETURNING a.person
),

ended AS (
    DELETE FROM access.web_session AS s
    WHERE s.person IN (SELECT c.person FROM changed AS c)
)

SELECT c.person FROM changed AS c;

-- name: choose_keys
-- Keep whether keys of one character do something for a person.
UPDATE access.account AS a SET has_character_keys = $2
WHERE a.person = $1;

-- name: enable_account
-- Let a disabled account go on: active is one that has enrolled or is linked.
UPDATE access.account AS a
SET
    state = CASE
        WHEN
            a.password IS NOT NULL
            OR EXISTS (
                SELECT FROM access.provider_person AS l
                WHERE l.person = a.person
            )
            THEN 'active'
        ELSE 'invited'
    END
WHERE a.person = $1 AND a.state = 'disabled';

-- name: set_password
-- Another password.
UPDATE access.account AS a SET password = $2
WHERE a.person = $1 AND a.password IS NOT NULL;

-- name: is_process_known
-- Whether a process of that id is registered.
SELECT TRUE FROM access.process AS p
WHERE p.id = $1;

-- name: admit
-- Let a person act through a process.
INSERT INTO access.process_person (process, person, admitted_by) VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING;

-- name: dismiss
-- Let a person act through a process no more.
DELETE FROM access.process_person AS m
WHERE m.process = $1 AND m.person = $2
RETURNING m.person;

-- name: link_person
-- Link the subject of a provider to a person; returns whose it is.
WITH linked AS (
    INSERT INTO access.provider_person AS p (issuer, subject, person, linked_by)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING
    RETURNING person
),

activated AS (
    UPDATE access.account AS a SET state = 'active'
    FROM linked AS l
    WHERE a.person = l.person AND a.state = 'invited'
)

SELECT l.person FROM linked AS l
UNION ALL
SELECT p.person FROM access.provider_person AS p
WHERE p.issuer = $1 AND p.subject = $2
LIMIT 1;

-- name: list_accounts
-- Every account, without secrets.
SELECT
    a.person,
    a.name,
    a.is_administrator,
    a.state,
    a.password IS NOT NULL AS has_password,
    a.registered_at,
    a.registered_by,
    array(
        SELECT m.process FROM access.process_person AS m
        WHERE m.person = a.person
        ORDER BY m.process
    ) AS processes,
    (
        SELECT count(*) FROM access.web_session AS s
        WHERE s.person = a.person
    ) AS sessions
FROM access.account AS a
ORDER BY a.person;

-- name: processes_of_person
-- Through which active processes a person may act, and for which purposes.
SELECT DISTINCT
    p.id AS process,
    p.name,
    q.purpose
FROM access.process_person AS m
INNER JOIN access.process AS p ON m.process = p.id
INNER JOIN access.permission AS q ON p.id = q.process
WHERE
    m.person = $1
    AND p.state = 'active'
    -- What was opened in an emergency has a token of its own.
    AND q.break_glass_id IS NULL
    AND q.valid_from <= now()
    AND (q.valid_to IS NULL OR q.valid_to > now())
ORDER BY p.id, q.purpose;

-- name: capacities_of_person
-- In which capacities a person decides just now.
SELECT
    c.capacity,
    c.valid_to
FROM access.person_capacity AS c
WHERE
    c.person = $1
    AND c.valid_from <= now()
    AND (c.valid_to IS NULL OR c.valid_to > now())
ORDER BY c.capacity;

-- name: has_administrator
-- Whether an administrator can sign in.
SELECT TRUE FROM access.account AS a
WHERE a.is_administrator AND a.state = 'active'
LIMIT 1;

-- name: forget_expired
-- Forget what ended: sessions, forms, what was typed, enrolments, flows.
WITH sessions AS (
    DELETE FROM access.web_session AS s
    WHERE
        s.seen_at < $1::timestamptz - interval '15 minutes'
        OR s.begun_at < $1::timestamptz - interval '8 hours'
),

forms AS (
    DELETE FROM access.web_form AS w
    WHERE w.sent_at < $1::timestamptz - interval '1 day'
),

typed AS (
    DELETE FROM access.web_typed AS t
    WHERE t.expires_at < $1
),

enrolments AS (
    DELETE FROM access.enrolment AS e
    WHERE e.expires_at < $1
)

DELETE FROM access.code_flow AS f
WHERE f.expires_at < $1;
