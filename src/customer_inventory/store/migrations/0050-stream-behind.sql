-- Streams: how many messages wait for one at its broker, as far as that tells
-- depends: 0049-stream

-- migrate: apply
SET LOCAL lock_timeout = '3s';

ALTER TABLE capture.stream ADD COLUMN behind bigint;

-- migrate: rollback
ALTER TABLE capture.stream DROP COLUMN behind;
