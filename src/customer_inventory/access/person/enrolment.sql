-- name: keep_link
-- A link for a person, instead of the one before.
INSERT INTO access.enrolment (person, sha256, expires_at, made_by)
VALUES ($1, $2, $3, $4)
ON CONFLICT (person) DO UPDATE
    SET
        sha256 = excluded.sha256,
        expires_at = excluded.expires_at,
        made_at = now(),
        made_by = excluded.made_by;

-- name: link_by_secret
-- Who a link is for, while it is good. Who was disabled stays so.
SELECT
    a.person,
    a.name
FROM access.enrolment AS e
INNER JOIN access.account AS a ON e.person = a.person
WHERE e.sha256 = $1 AND e.expires_at > now() AND a.state <> 'disabled';

-- name: use_link
-- Use a link up.
DELETE FROM access.enrolment AS e
WHERE e.sha256 = $1 AND e.expires_at > now()
RETURNING e.person;

-- name: set_factors
-- Password and second factor of a person, who can sign in from now on.
UPDATE access.account AS a
SET password = $2, sealed_totp = $3, last_step = $4, state = 'active'
WHERE a.person = $1;

-- name: end_sessions_of_enrolled
-- What was begun with other factors ends.
DELETE FROM access.web_session AS s
WHERE s.person = $1;
