-- Quarantine: when the source said a refused row, and whether it says that it is gone
-- depends: 0050-stream-behind

-- migrate: apply
SET LOCAL lock_timeout = '3s';

ALTER TABLE capture.quarantine
ADD COLUMN said_at timestamptz,
ADD COLUMN said_number numeric,
ADD COLUMN is_gone boolean NOT NULL DEFAULT FALSE;

-- migrate: rollback
ALTER TABLE capture.quarantine
DROP COLUMN said_at,
DROP COLUMN said_number,
DROP COLUMN is_gone;
