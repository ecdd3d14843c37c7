-- The ledger's log has a name of its own, so that no other database's checkpoints are taken for its
-- depends: 0012-ledger

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- The log of this database; it is named when its first entries are sealed. A log that was sealed
-- before logs had names keeps the empty one.
CREATE TABLE access.log (
    id text PRIMARY KEY,
    is_only boolean NOT NULL DEFAULT true UNIQUE CONSTRAINT log_is_only CHECK (is_only),
    named_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO access.log (id)
SELECT ''
WHERE EXISTS (SELECT FROM access.checkpoint);

-- migrate: rollback
DROP TABLE access.log;
