-- name: lands
-- Records as they would be, by number: those that would be in scope. $1 to $3 are their ids,
-- buckets and subjects, $4 the process that makes those that are not there yet. {columns},
-- {values}, {arrays}, {table}: of their type.
SELECT r.number
FROM (
    SELECT
        k.id,
        k.bucket,
        k.subject_id,
        coalesce(p.operation, 'create') AS operation,
        coalesce(p.process, $4::text) AS process,
        k.number{values}
    FROM
        unnest($1::text[], $2::smallint[], $3::text[]{arrays}) WITH ORDINALITY AS k (
            id, bucket, subject_id{columns}, number
        )
    LEFT JOIN record.{table} AS p ON k.id = p.id AND k.bucket = p.bucket
) AS r
WHERE {condition};

-- name: in_scope_of_type
-- Those of some records that are of a type, and in scope. {type}, {table}: of the type.
SELECT
    r.id,
    '{type}' AS type
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.{table} AS r ON k.id = r.id AND k.bucket = r.bucket
WHERE {condition};

-- name: roots_of_merged
-- What those of some records that were merged are shown as.
SELECT
    o.id,
    o.root
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.origin AS o ON k.id = o.id AND k.bucket = o.bucket;
