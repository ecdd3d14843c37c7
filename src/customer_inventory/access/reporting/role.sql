-- name: may_make_roles
-- Whether we may make roles on this server.
SELECT r.rolcreaterole OR r.rolsuper
FROM pg_roles AS r
WHERE r.rolname = current_user;

-- name: role_exists
-- Whether the server has a role.
SELECT EXISTS(
    SELECT FROM pg_roles AS r
    WHERE r.rolname = $1
);

-- name: make_role
-- Make a role that connects, and nothing else. What it is set to it may change: the job looks.
CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT
CONNECTION LIMIT {connections} PASSWORD {verifier} VALID UNTIL {ends};

-- name: lead_role
-- Let us end the sessions of a role; it gets nothing by it.
GRANT {role} TO current_user;

-- name: set_role
-- Set what the sessions of a role begin with.
ALTER ROLE {role} SET {setting} TO {value};

-- name: drop_temporary
-- Let nobody but the owner make temporary things: a function there could look behind views.
REVOKE TEMPORARY ON DATABASE {database} FROM public;

-- name: let_role_connect
-- Let a role connect to this database.
GRANT CONNECT ON DATABASE {database} TO {role};

-- name: make_schema
-- Make the schema of a role.
CREATE SCHEMA {role};

-- name: drop_schema
-- Drop the schema of a role, and its views.
DROP SCHEMA IF EXISTS {role} CASCADE;

-- name: let_role_look
-- Let a role use its schema.
GRANT USAGE ON SCHEMA {role} TO {role};

-- name: make_view
-- Make a view of a role: no condition of a reader is asked before those of the view.
CREATE VIEW {role}.{view} WITH (security_barrier = TRUE) AS {select};

-- name: let_role_read
-- Let a role read the views of its own.
GRANT SELECT ON ALL TABLES IN SCHEMA {role} TO {role};

-- name: let_role_pass
-- Let a role pass the gate, which the views ask in its name.
GRANT EXECUTE ON FUNCTION access.reporting_gate TO {role};

-- name: drop_grants
-- Take from a role whatever it was given in this database.
DROP OWNED BY {role};

-- name: drop_role
-- Drop a role.
DROP ROLE {role};

-- name: keep_reporting
-- Keep what a role is for, and what its views are made of.
INSERT INTO access.reporting AS r (
    role, process, purpose, record_types, made_of, valid_to, made_by
)
VALUES ($1, $2, $3, $4, access.reporting_made_of($2, $3), $5, $6)
ON CONFLICT (role) DO UPDATE
    SET
        record_types = excluded.record_types,
        made_of = excluded.made_of,
        made_at = now(),
        made_by = excluded.made_by;

-- name: list_reporting
-- Every reporting role; whether its views are made of what is in force.
SELECT
    r.role,
    r.process,
    r.purpose,
    r.record_types,
    r.valid_to,
    r.made_at,
    r.made_by,
    r.valid_to > now() AND r.made_of = access.reporting_made_of(r.process, r.purpose) AS is_current
FROM access.reporting AS r
ORDER BY r.role;

-- name: forget_reporting
-- Forget a reporting role.
DELETE FROM access.reporting AS r
WHERE r.role = $1;

-- name: end_sessions
-- End the sessions of a role.
SELECT count(pg_terminate_backend(a.pid))
FROM pg_stat_activity AS a
WHERE a.usename = $1;

-- name: beyond_its_views
-- What a role may do beyond reading its own views: there should be nothing.
SELECT format('%s on %s', p.privilege, c.oid::regclass) AS what
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
CROSS JOIN
    unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS p (privilege)
LEFT JOIN pg_depend AS e ON c.oid = e.objid AND e.classid = 'pg_class'::regclass AND e.deptype = 'e'
WHERE
    c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND e.objid IS NULL
    AND has_table_privilege($1, c.oid, p.privilege)
    AND NOT (n.nspname = $1 AND p.privilege = 'SELECT')
UNION ALL
SELECT format('CREATE in schema %s', n.nspname)
FROM pg_namespace AS n
WHERE has_schema_privilege($1, n.oid, 'CREATE')
UNION ALL
SELECT format('TEMPORARY in database %s', current_database())
WHERE has_database_privilege($1, current_database(), 'TEMPORARY');

-- name: database_here
-- The name of this database.
SELECT current_database();
