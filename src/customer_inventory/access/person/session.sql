-- name: begin_session
-- Begin a session, and end the one that the browser had.
WITH ended AS (
    DELETE FROM access.web_session AS s
    WHERE s.sha256 = $4
)

INSERT INTO access.web_session (sha256, person, source) VALUES ($1, $2, $3);

-- name: session_by_id
-- Who is behind a session that goes on; that it was seen is kept once a minute.
WITH seen AS (
    UPDATE access.web_session AS s SET seen_at = now()
    WHERE
        s.sha256 = $1
        AND s.seen_at < now() - interval '1 minute'
        AND s.seen_at > now() - interval '15 minutes'
        AND s.begun_at > now() - interval '8 hours'
)

SELECT
    a.person,
    a.name,
    a.is_administrator,
    a.has_character_keys,
    m.process,
    CASE WHEN m.process IS NOT NULL THEN s.purpose END AS purpose
FROM access.web_session AS s
INNER JOIN access.account AS a ON s.person = a.person
-- What they work as ends with the admission.
LEFT JOIN access.process_person AS m ON s.process = m.process AND s.person = m.person
WHERE
    s.sha256 = $1
    AND s.seen_at > now() - interval '15 minutes'
    AND s.begun_at > now() - interval '8 hours'
    AND a.state = 'active';

-- name: end_session
-- End a session.
DELETE FROM access.web_session AS s
WHERE s.sha256 = $1;

-- name: end_sessions
-- End every session of a person, but one.
DELETE FROM access.web_session AS s
WHERE s.person = $1 AND s.sha256 <> $2;

-- name: sessions_of_person
-- The sessions of a person that go on, the latest first.
SELECT
    s.sha256,
    s.begun_at,
    s.seen_at,
    s.source
FROM access.web_session AS s
WHERE
    s.person = $1
    AND s.seen_at > now() - interval '15 minutes'
    AND s.begun_at > now() - interval '8 hours'
ORDER BY s.seen_at DESC;

-- name: work_as
-- What whoever is behind a session works as from now on.
UPDATE access.web_session AS s
SET
    process = $2,
    purpose = $3
WHERE s.sha256 = $1;

-- name: whose_session_it_was
-- Whose session it was that is over by the passing of time alone.
SELECT s.person FROM access.web_session AS s
WHERE s.sha256 = $1;
