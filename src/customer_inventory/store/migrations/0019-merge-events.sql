-- Merges tell of themselves: events that name other records beside their own
-- depends: 0015-grant

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- Ids of the other records that an event tells of, with a space between: what was merged or parted.
ALTER TABLE record.outbox ADD COLUMN others text;
ALTER TABLE record.delivery ADD COLUMN others text;

-- migrate: rollback
ALTER TABLE record.delivery DROP COLUMN others;
ALTER TABLE record.outbox DROP COLUMN others;
