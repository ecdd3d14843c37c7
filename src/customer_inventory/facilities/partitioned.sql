-- name: partitions
-- Partitions of our tables: the table they are of, their bytes and about how many rows.
SELECT
    i.inhparent::regclass::text AS table_name,
    format('%I.%I', n.nspname, c.relname) AS name,
    pg_get_expr(c.relpartbound, c.oid) AS bounds,
    pg_total_relation_size(c.oid) AS bytes,
    greatest(c.reltuples, 0)::bigint AS about_rows
FROM pg_inherits AS i
INNER JOIN pg_class AS c ON i.inhrelid = c.oid
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE c.relkind IN ('r', 'p') AND c.relispartition
ORDER BY table_name, name;
