-- name: highest_table
-- The youngest relation before a rehearsal: what is older was there already.
SELECT max(oid::bigint) FROM pg_class;

-- name: tables_there
-- How many tables there are besides those of the server and of the tool.
SELECT count(*)
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE
    c.relkind IN ('r', 'p')
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'public', 'pg_toast');

-- name: locks_held
-- Locks of this session on tables that were there before, strongest last, with their rows.
SELECT
    l.relation::regclass::text AS table_name,
    l.mode,
    greatest(c.reltuples, 0)::bigint AS estimate
FROM pg_locks AS l
INNER JOIN pg_class AS c ON l.relation = c.oid
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE
    l.pid = pg_backend_pid()
    AND l.granted
    AND c.relkind IN ('r', 'p')
    AND c.oid::bigint <= $1
    AND n.nspname <> 'pg_catalog'
    AND l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')
ORDER BY
    table_name,
    array_position(
        '{ShareUpdateExclusiveLock,ShareLock,ShareRowExclusiveLock,ExclusiveLock}', l.mode
    ) NULLS LAST;
