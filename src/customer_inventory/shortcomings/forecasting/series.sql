-- name: daily_series
-- The last value of each day of a figure ($2) of what snapshots of a kind ($1) are of, since a day.
SELECT DISTINCT ON (s.object, (s.taken_at AT TIME ZONE 'UTC')::date)
    s.object,
    (s.taken_at AT TIME ZONE 'UTC')::date AS day,
    (s.figures ->> $2)::float8 AS value,
    (s.figures ->> $4)::float8 AS most
FROM shortcomings.snapshot AS s
WHERE s.kind = $1 AND s.taken_at >= $3 AND s.figures ->> $2 IS NOT NULL
ORDER BY s.object ASC, (s.taken_at AT TIME ZONE 'UTC')::date ASC, s.taken_at DESC;

-- name: keep_disk
-- What is used of the disk, and what is free.
INSERT INTO shortcomings.snapshot (taken_at, kind, object, figures)
VALUES ($1, 'house', 'disk', json_build_object('used', $2::bigint, 'most', $3::bigint))
ON CONFLICT DO NOTHING;
