-- Rows of periods can be told apart by whoever moves them to another node
-- depends: 0006-time

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- The table has no primary key: a period is found by its record and kept from overlapping others by
-- what excludes it. Shards move while they are written to only where each row has an identity.
ALTER TABLE record.period REPLICA IDENTITY FULL;

-- migrate: rollback
ALTER TABLE record.period REPLICA IDENTITY DEFAULT;
