-- name: records_by_id
-- Point reads that arrived together, by primary key. {table}: of the type.
SELECT
    r.id,
    r.revision,
    r.body
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.{table} AS r ON k.id = r.id AND k.bucket = r.bucket;

-- name: page_of_records
-- One page of a list: ordered over narrow columns, then the documents by primary key.
WITH page AS MATERIALIZED (
    SELECT
        r.id,
        r.bucket
    FROM record.{table} AS r
    WHERE {condition}
    ORDER BY {order}
    LIMIT {limit} OFFSET {offset}
)

SELECT
    r.id,
    r.revision,
    r.body
FROM page
INNER JOIN record.{table} AS r ON page.id = r.id AND page.bucket = r.bucket
ORDER BY {order};

-- name: count_of_records
-- How many records fulfil a condition, counted no further than the limit.
SELECT count(*)
FROM (
    SELECT
    FROM record.{table} AS r
    WHERE {condition}
    LIMIT {limit}
) AS counted;

-- name: estimated_records
-- How many records a type has, as the server remembers from its last look.
SELECT greatest(c.reltuples, 0)::bigint
FROM pg_class AS c
WHERE c.oid = to_regclass($1);
