-- name: lock_migrations
-- Wait until no other migrator works on this database; the session's end unlocks.
SELECT pg_advisory_lock($1::bigint);

-- name: highest_table
-- The youngest relation before a rehearsal: what is older was there already.
SELECT max(oid::bigint) FROM pg_class;

-- name: locks_held
-- Locks of this session on tables that were there before the rehearsal, strongest last.
SELECT
    l.mode,
    l.relation::regclass::text AS table_name
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
