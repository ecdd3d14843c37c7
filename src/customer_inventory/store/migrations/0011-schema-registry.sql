-- Schemas that callers registered for extensions of record types
-- depends: 0004-capture

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- A schema is never altered: another takes its place and ends it, and both stay as the trace of
-- who registered and ended what. Small, and read into memory whole.
CREATE TABLE record.schema_extension (
    id text PRIMARY KEY,
    record_type text NOT NULL,
    location text,
    entity text,
    base text,
    schema json NOT NULL,
    registered_at timestamptz NOT NULL DEFAULT now(),
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    ended_at timestamptz,
    ended_by text,
    CONSTRAINT schema_extension_named CHECK (location IS NOT NULL OR entity IS NOT NULL),
    CONSTRAINT schema_extension_base CHECK (base IS NULL OR entity IS NOT NULL)
);
CREATE UNIQUE INDEX schema_extension_location ON record.schema_extension (record_type, location)
WHERE ended_at IS NULL AND location IS NOT NULL;
CREATE UNIQUE INDEX schema_extension_entity ON record.schema_extension (
    record_type, entity, coalesce(base, '')
)
WHERE ended_at IS NULL AND entity IS NOT NULL;

-- migrate: rollback
DROP TABLE record.schema_extension;
