-- name: strong_roles
-- Roles that sign in and may do everything, besides the server's own.
SELECT
    r.rolname::text AS object,
    CASE WHEN r.rolsuper THEN 2 ELSE 1 END::float8 AS value,
    json_build_object('superuser', r.rolsuper, 'past row-level security', r.rolbypassrls) AS figures
FROM pg_roles AS r
WHERE r.rolcanlogin AND (r.rolsuper OR r.rolbypassrls) AND r.oid <> 10 AND $1 >= 0;

-- name: open_schemas
-- Schemas in which everybody may make something.
SELECT
    n.nspname::text AS object,
    1::float8 AS value,
    json_build_object('owner', n.nspowner::regrole::text) AS figures
FROM pg_namespace AS n
CROSS JOIN LATERAL aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a
WHERE
    a.grantee = 0
    AND a.privilege_type = 'CREATE'
    AND n.nspname NOT LIKE 'pg\_%'
    AND $1 >= 0;

-- name: unpinned_functions
-- Functions that act as their owner and look names up where the caller says.
SELECT
    p.oid::regprocedure::text AS object,
    1::float8 AS value,
    json_build_object('owner', p.proowner::regrole::text) AS figures
FROM pg_proc AS p
INNER JOIN pg_namespace AS n ON p.pronamespace = n.oid
WHERE
    p.prosecdef
    AND n.nspname NOT LIKE 'pg\_%'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM unnest(p.proconfig) AS c (setting)
        WHERE c.setting LIKE 'search_path=%'
    )
    AND $1 >= 0;

-- name: readable_tables
-- Tables of ours that everybody may read.
SELECT
    format('%I.%I', n.nspname, c.relname) AS object,
    1::float8 AS value,
    json_build_object('right', a.privilege_type) AS figures
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
CROSS JOIN LATERAL aclexplode(c.relacl) AS a
WHERE
    c.relkind IN ('r', 'p', 'v', 'm')
    AND a.grantee = 0
    AND n.nspname NOT LIKE 'pg\_%'
    AND n.nspname NOT IN ('information_schema', 'public')
    AND $1 >= 0;

-- name: open_walls
-- Tables of records that have no row-level security.
SELECT
    format('%I.%I', n.nspname, c.relname) AS object,
    1::float8 AS value,
    json_build_object('owner', c.relowner::regrole::text) AS figures
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE
    c.relkind IN ('r', 'p')
    AND n.nspname IN ('record', 'access', 'capture', 'audit')
    AND NOT c.relispartition
    AND NOT c.relrowsecurity
    AND $1 >= 0;
