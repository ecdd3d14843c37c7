-- name: sessions_of_services
-- How many sessions services have on this database.
SELECT
    count(*) AS sessions
FROM pg_stat_activity AS a
WHERE
    a.datname = current_database() AND a.pid <> pg_backend_pid()
    AND a.application_name LIKE 'customer-inventory%';

-- name: citus_of_server
-- Whether the server has Citus to offer, and whether this database has it.
SELECT
    (
        SELECT e.default_version FROM pg_available_extensions AS e
        WHERE e.name = 'citus'
    ) AS offered,
    (
        SELECT e.extversion FROM pg_extension AS e
        WHERE e.extname = 'citus'
    ) AS installed;

-- name: nodes
-- The nodes of the cluster; group 0 is the coordinator.
SELECT
    n.groupid = 0 AS is_coordinator,
    n.isactive AS is_active,
    n.shouldhaveshards AS has_shards,
    n.groupid = (SELECT l.groupid FROM pg_dist_local_group AS l) AS is_here
FROM pg_dist_node AS n
WHERE n.noderole = 'primary';

-- name: lying_now
-- How tables lie now: 'h' spread by hash, 'n' copied.
SELECT
    p.logicalrelid::regclass::text AS table_name,
    p.partmethod::text AS method,
    p.repmodel::text AS model
FROM pg_dist_partition AS p;

-- name: sizes
-- The tables of the inventory with their size, and their rows as the server remembers them.
SELECT
    n.nspname || '.' || c.relname AS table_name,
    greatest(c.reltuples, 0)::bigint AS rows,
    pg_total_relation_size(c.oid) AS bytes
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE
    c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND n.nspname NOT LIKE 'pg\_%'
    AND n.nspname <> ALL('{information_schema,citus,citus_internal,columnar,columnar_internal}')
ORDER BY n.nspname, c.relname;
