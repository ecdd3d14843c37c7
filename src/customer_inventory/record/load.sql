-- name: known_records
-- Which of many records exist, and as what. {table}: of the type.
SELECT
    r.id,
    r.revision,
    r.body,
    r.recorded_at,
    r.process
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.{table} AS r ON k.id = r.id AND k.bucket = r.bucket;

-- name: ids_with_history
-- Which ids have a history: of records to be made, those of records that were removed before.
SELECT DISTINCT h.id
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.history AS h ON k.id = h.id AND k.bucket = h.bucket;
