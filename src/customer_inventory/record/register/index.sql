-- name: indexes
-- The indexes that the register asked for, and whether each can be used.
SELECT
    c.relname AS name,
    t.relname AS table_name,
    i.indisvalid AS is_valid
FROM pg_index AS i
INNER JOIN pg_class AS c ON i.indexrelid = c.oid
INNER JOIN pg_class AS t ON i.indrelid = t.oid
WHERE c.relnamespace = 'record'::regnamespace AND c.relname LIKE $1;

-- name: build_index
-- Build an index of the register.
CREATE INDEX CONCURRENTLY {name} ON record.{table} (({expression}), id);

-- name: drop_index
-- Take away an index of the register.
DROP INDEX CONCURRENTLY IF EXISTS record.{name};

-- name: progress_of_index
-- How much of an index that is being built on a table is there, 0 to 1.
SELECT max(p.blocks_done::float8 / greatest(p.blocks_total, 1))
FROM pg_stat_progress_create_index AS p
INNER JOIN pg_class AS t ON p.relid = t.oid
WHERE t.relname = $1;
