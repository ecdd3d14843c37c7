-- name: known_records
-- Which of many records exist, and as what. {table}: of the type.
SELECT
    r.id,
    r.revision,
    r.body,
    r.recorded_at,
    r.process
FROM unnest($1::text [], $2::smallint []) AS k (id, bucket)
INNER JOIN record.{table} AS r ON k.id = r.id AND k.bucket = r.bucket;

-- name: end_removals
-- End the marks of removal of records to be made again, and tell their revisions.
UPDATE record.history AS h
SET recorded_to = greatest(now(), h.recorded_from)
FROM unnest($1::text [], $2::smallint []) AS k (id, bucket)
WHERE h.id = k.id AND h.bucket = k.bucket AND h.recorded_to = 'infinity'
RETURNING h.id, h.revision;
