-- name: tables_without_wall
-- Our tables without row-level security: there nobody but the owner would be kept out by it.
SELECT c.oid::regclass::text AS name
FROM pg_class AS c
INNER JOIN pg_roles AS o ON c.relowner = o.oid
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE
    c.relkind IN ('r', 'p') AND NOT c.relrowsecurity AND o.rolname = current_user
    AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY 1;

-- name: wall
-- Let nobody but the owner see rows of a table, whatever is granted: there is no policy.
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;

-- name: patience
-- Wait for a lock no longer than that.
SET LOCAL lock_timeout = '3s';
