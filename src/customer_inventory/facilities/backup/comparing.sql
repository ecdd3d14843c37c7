-- name: tables
-- The tables that hold the inventory: all that are logged, each partition by itself.
SELECT
    n.nspname AS schema,
    c.relname AS name,
    c.relkind = 'p' AS is_parent
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE
    c.relkind IN ('r', 'p')
    AND c.relpersistence = 'p'
    AND n.nspname NOT LIKE 'pg\_%'
    AND n.nspname <> 'information_schema'
ORDER BY n.nspname, c.relname;
