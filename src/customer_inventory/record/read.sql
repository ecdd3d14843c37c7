-- name: records_by_id
-- Point reads that arrived together, by primary key, each for a purpose. {table}: of the type.
SELECT
    r.id,
    r.revision,
    r.body,
    k.purpose
FROM unnest($1::text[], $2::smallint[], $3::text[]) AS k (id, bucket, purpose)
INNER JOIN record.{table} AS r ON k.id = r.id AND k.bucket = r.bucket
WHERE {shown}{in_r};

-- name: estimated_records
-- How many records a type has, as the server remembers from its last look.
SELECT greatest(c.reltuples, 0)::bigint
FROM pg_class AS c
WHERE c.oid = to_regclass($1);
