-- The inventory's own role and database, made when the server is: a role that is no superuser and owns
-- its database alone.
\set ON_ERROR_STOP on
\set password `cat /run/secrets/database-password`
CREATE ROLE cinv LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE DATABASE cinv OWNER cinv;
REVOKE ALL ON DATABASE cinv FROM public;
\connect cinv
REVOKE ALL ON SCHEMA public FROM public;
ALTER SCHEMA public OWNER TO cinv;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
