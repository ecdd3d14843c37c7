-- name: page_of_records
-- Records of one type by id, after one; when they were last touched by anything but retention.
-- {table}: of the type.
SELECT
    r.id,
    r.body,
    coalesce(
        CASE WHEN r.operation = 'retain' THEN (
            SELECT max(h.recorded_from) FROM record.history AS h
            WHERE h.id = r.id AND h.bucket = r.bucket AND h.operation <> 'retain'
        ) END,
        r.recorded_at
    ) AS touched_at
FROM record.{table} AS r
WHERE r.id > $1
ORDER BY r.id
LIMIT $2;

-- name: records_by_id
-- The same of records by id. {table}: of their type.
SELECT
    r.id,
    r.body,
    coalesce(
        CASE WHEN r.operation = 'retain' THEN (
            SELECT max(h.recorded_from) FROM record.history AS h
            WHERE h.id = r.id AND h.bucket = r.bucket AND h.operation <> 'retain'
        ) END,
        r.recorded_at
    ) AS touched_at
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.{table} AS r ON k.id = r.id AND k.bucket = r.bucket;

-- name: dependents_of
-- Records that name these at one of some paths.
SELECT DISTINCT
    l.id,
    l.other_id,
    l.other_type AS type,
    l.path
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.link AS l ON k.id = l.id AND k.bucket = l.bucket
WHERE NOT l.outward AND l.other_type IS NOT NULL AND l.path = any($3::text[]);
