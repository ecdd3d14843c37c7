-- name: records_by_id
-- Point reads that arrived together, by primary key. {table}: of the type.
SELECT
    r.id,
    r.revision,
    r.body
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.{table} AS r ON k.id = r.id AND k.bucket = r.bucket;

-- name: estimated_records
-- How many records a type has, as the server remembers from its last look.
SELECT greatest(c.reltuples, 0)::bigint
FROM pg_class AS c
WHERE c.oid = to_regclass($1);
