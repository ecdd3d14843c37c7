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

-- name: last_revisions
-- Where the histories of ids end: of a record to be made, only one removed before has any.
SELECT
    h.id,
    max(h.revision) AS revision
FROM unnest($1::text [], $2::smallint []) AS k (id, bucket)
INNER JOIN record.history AS h ON k.id = h.id AND k.bucket = h.bucket
GROUP BY h.id;
