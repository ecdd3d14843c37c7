-- How far an erasure is: a large one is a job, and whoever asked wants to see it move
-- depends: 0017-retention

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- The holders that are emptied, and how many there are; both 0 before the first.
ALTER TABLE record.erasure
ADD COLUMN emptied smallint NOT NULL DEFAULT 0,
ADD COLUMN to_empty smallint NOT NULL DEFAULT 0;

-- migrate: rollback
ALTER TABLE record.erasure DROP COLUMN emptied, DROP COLUMN to_empty;
