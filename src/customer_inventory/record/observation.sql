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

-- name: last_observed
-- When something of a kind was observed last.
SELECT max(last_seen_at)
FROM record.observation
WHERE kind = $1;

-- name: add_reads
-- Add reads since the last time to those before.
INSERT INTO record.observation AS o (
    kind, record_type, path, process, seen, first_seen_at, last_seen_at
)
SELECT
    $1,
    s.record_type,
    s.path,
    s.process,
    s.seen,
    s.last_at AS first_seen_at,
    s.last_at AS last_seen_at
FROM
    unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::timestamptz[])
        AS s (record_type, path, process, seen, last_at)
ORDER BY s.record_type, s.path, s.process
ON CONFLICT (kind, record_type, path, process) DO UPDATE
    SET
        seen = o.seen + excluded.seen,
        last_seen_at = greatest(o.last_seen_at, excluded.last_seen_at);

-- name: every_observation
-- All that was observed of a kind.
SELECT
    record_type,
    path,
    process,
    seen,
    first_seen_at,
    last_seen_at
FROM record.observation
WHERE kind = $1
ORDER BY record_type, path, process;
