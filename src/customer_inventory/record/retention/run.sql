-- name: try_to_run
-- Be the one that works, for as long as the connection lives.
SELECT pg_try_advisory_lock($1);

-- name: begin_run
-- Note a run.
INSERT INTO record.retention_run (
    id, bucket, policy, judged_at, begun_at, process, person, purpose
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: unfinished_run
-- The run that was broken off.
SELECT
    r.id,
    r.judged_at,
    r.begun_at,
    r.ended_at,
    r.at_type,
    r.at_id,
    r.counts
FROM record.retention_run AS r
WHERE r.ended_at IS NULL
ORDER BY r.begun_at
LIMIT 1;

-- name: note_run
-- How far a run is.
UPDATE record.retention_run AS r
SET at_type = $3, at_id = $4, counts = $5
WHERE r.id = $1 AND r.bucket = $2;

-- name: end_run
-- A run is done.
UPDATE record.retention_run AS r
SET ended_at = $3
WHERE r.id = $1 AND r.bucket = $2;

-- name: list_runs
-- Runs, newest first.
SELECT
    r.id,
    r.judged_at,
    r.begun_at,
    r.ended_at,
    r.at_type,
    r.at_id,
    r.counts
FROM record.retention_run AS r
ORDER BY r.begun_at DESC, r.id
LIMIT $1;
