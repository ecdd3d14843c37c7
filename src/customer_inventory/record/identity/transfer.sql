-- name: keep_transfer
-- A holder was replaced by another.
INSERT INTO record.transfer (
    id, bucket, record_id, record_type, from_id, to_id, kind, effective_at,
    process, person, purpose
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: transfers_of
-- The transfers of a record, or to or from a holder, latest first.
SELECT
    t.id,
    t.record_id,
    t.record_type,
    t.from_id,
    t.to_id,
    t.kind,
    t.effective_at,
    t.recorded_at,
    t.process
FROM record.transfer AS t
WHERE t.record_id = $1 OR t.from_id = $1 OR t.to_id = $1
ORDER BY t.recorded_at DESC, t.id
LIMIT 1000;
