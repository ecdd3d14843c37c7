-- name: send_form
-- Note that a form is sent; nothing comes back for one that was sent before.
INSERT INTO access.web_form AS f (sha256, person) VALUES ($1, $2)
ON CONFLICT DO NOTHING
RETURNING TRUE;

-- name: answer_form
-- Note where the answer to a form leads.
UPDATE access.web_form AS f SET location = $2
WHERE f.sha256 = $1;

-- name: take_back_form
-- Let a form be sent again: it changed nothing.
DELETE FROM access.web_form AS f
WHERE f.sha256 = $1;

-- name: location_of_form
-- Where the answer to a form led that was sent before.
SELECT f.location FROM access.web_form AS f
WHERE f.sha256 = $1;

-- name: keep_typed
-- Keep what a person had typed; the oldest of many of theirs goes.
WITH many AS (
    DELETE FROM access.web_typed AS t
    WHERE t.sha256 IN (
        SELECT o.sha256 FROM access.web_typed AS o
        WHERE o.person = $2
        ORDER BY o.expires_at DESC
        OFFSET 9
    )
)

INSERT INTO access.web_typed (sha256, person, sealed, expires_at)
VALUES ($1, $2, $3, now() + interval '1 hour');

-- name: typed_before
-- What a person had typed.
SELECT t.sealed FROM access.web_typed AS t
WHERE t.sha256 = $1 AND t.person = $2 AND t.expires_at > now();

-- name: drop_typed
-- Drop what a person had typed: it was sent.
DELETE FROM access.web_typed AS t
WHERE t.sha256 = $1 AND t.person = $2;
