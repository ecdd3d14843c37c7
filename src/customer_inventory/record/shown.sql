-- name: restriction_on
-- A restriction in force that keeps a record from a purpose.
SELECT
FROM record.restricted AS x
WHERE
    x.id = {id} AND x.bucket = {bucket} AND x.left_at IS NULL
    AND {purpose} IS NOT NULL AND {purpose} <> ALL(x.purposes);

-- name: restriction_then
-- One that keeps back what a record was: also of a record that left the subject since.
SELECT
FROM record.restricted AS x
WHERE
    x.id = {id} AND x.bucket = {bucket} AND (x.left_at IS NULL OR x.left_at >= {until})
    AND {purpose} IS NOT NULL AND {purpose} <> ALL(x.purposes);

-- name: record_in_scope
-- A record, if a condition holds for it. {table}: of its type.
SELECT
FROM record.{table} AS r
WHERE r.id = {id} AND r.bucket = {bucket} AND {condition};

-- name: records_shown
-- Which of some records are shown. {table}: of their type.
SELECT r.id
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.{table} AS r ON k.id = r.id AND k.bucket = r.bucket
WHERE {shown};

-- name: subjects_named
-- The subjects of the records that a statement is about. {table}: of their type.
SELECT sp.subject_id AS id
FROM record.{table} AS sp
WHERE sp.id = ANY({ids}) AND sp.bucket = ANY({buckets});
