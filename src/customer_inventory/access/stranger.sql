-- name: add_refusals
-- Count refusals by source and minute.
INSERT INTO access.stranger AS s (minute, source, refused)
SELECT c.minute, c.source, c.refused
FROM unnest($1::timestamptz[], $2::text[], $3::bigint[]) AS c (minute, source, refused)
ON CONFLICT (minute, source) DO UPDATE SET refused = s.refused + excluded.refused;

-- name: latest_refusals
-- The latest minutes in which strangers were refused, with how often.
SELECT
    s.minute,
    s.source,
    s.refused
FROM access.stranger AS s
ORDER BY s.minute DESC, s.refused DESC, s.source
LIMIT $1;
