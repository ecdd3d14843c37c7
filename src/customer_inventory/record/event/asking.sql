-- name: ask
-- Ask for a confirmation of a record as it is. {table}, {type}: of the record.
INSERT INTO record.outbox (bucket, id, type, revision, event, recorded_at, others)
SELECT
    r.bucket,
    r.id,
    '{type}',
    r.revision,
    $3,
    now(),
    $4
FROM record.{table} AS r
WHERE r.id = $1 AND r.bucket = $2;
