-- name: ask
-- Ask for a confirmation of a record as it is. {table}, {type}: of the record, which is read first,
-- for itself: the transaction is that of the outbox, not of a shard.
WITH asked AS MATERIALIZED (
    SELECT
        r.bucket,
        r.id,
        r.revision
    FROM record.{table} AS r
    WHERE r.id = $1 AND r.bucket = $2
)

INSERT INTO record.outbox (bucket, id, type, revision, event, recorded_at, others)
SELECT
    a.bucket,
    a.id,
    '{type}',
    a.revision,
    $3,
    now(),
    $4
FROM asked AS a;
