-- The rooms: one schema each, and the extensions they share
-- depends:

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- Extensions stay in public: Citus builds indexes on workers only with operator classes of public.
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

CREATE SCHEMA record;
CREATE SCHEMA access;
CREATE SCHEMA capture;

-- migrate: rollback
DROP SCHEMA capture;
DROP SCHEMA access;
DROP SCHEMA record;
