-- name: estimated_count
-- How many rows the server believes a table to have.
SELECT greatest(c.reltuples, 0)
FROM pg_class AS c
WHERE c.oid = ('record.' || $1)::regclass;

-- name: sampled_records
-- A share of the records of a type, in per cent, the same ones each time.
SELECT
    t.body,
    t.process
FROM record.{table} AS t TABLESAMPLE SYSTEM ($1) REPEATABLE (1); -- noqa: PRS
