-- name: add_observations
-- Add what was seen since the last time to what was seen before.
INSERT INTO record.observation AS o (
    kind, record_type, path, process, seen, first_seen_at, last_seen_at
)
SELECT
    s.kind,
    s.record_type,
    s.path,
    s.process,
    s.seen,
    now(),
    now()
FROM
    unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
        AS s (kind, record_type, path, process, seen)
ORDER BY s.kind, s.record_type, s.path, s.process
ON CONFLICT (kind, record_type, path, process) DO UPDATE
    SET seen = o.seen + excluded.seen, last_seen_at = now();

-- name: list_observations
-- What was seen, most often first.
SELECT
    kind,
    record_type,
    path,
    process,
    seen,
    first_seen_at,
    last_seen_at
FROM record.observation
WHERE kind = $1
ORDER BY seen DESC, record_type, path, process
LIMIT $2;
