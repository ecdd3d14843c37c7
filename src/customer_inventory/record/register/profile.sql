-- name: estimated_count
-- How many rows the server believes a table to have.
SELECT greatest(c.reltuples, 0)
FROM pg_class AS c
WHERE c.oid = ('record.' || $1)::regclass;

-- name: counted
-- How many records of a type there are, counted no further than to $1.
SELECT count(*)
FROM (
    SELECT t.id
    FROM record.{table} AS t
    LIMIT $1::bigint
) AS c;

-- name: every_record
-- Every record of a type: never run, its plan tells how many there may be.
SELECT
FROM record.{table} AS t;

-- name: sampled_records
-- A share of the records of a type, in per cent, the same ones each time.
SELECT
    t.body,
    t.process
FROM record.{table} AS t TABLESAMPLE SYSTEM ($1) REPEATABLE (1); -- noqa: PRS
