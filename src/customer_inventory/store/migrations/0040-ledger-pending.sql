-- The index by which the ledger is asked who saw a record keeps little aside
-- depends: 0039-ledger-retention

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- What a GIN index keeps aside is read whole by every search: 256 kB take a millisecond, the usual
-- 4 MB twenty. New partitions are made so (access/log/partition.sql).
DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN
        SELECT i.inhrelid::regclass
        FROM pg_inherits AS i
        WHERE i.inhparent = 'access.sealed_record_ids'::regclass
    LOOP
        EXECUTE format('ALTER INDEX %s SET (gin_pending_list_limit = 256)', part);
    END LOOP;
END
$$;

-- migrate: rollback
DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN
        SELECT i.inhrelid::regclass
        FROM pg_inherits AS i
        WHERE i.inhparent = 'access.sealed_record_ids'::regclass
    LOOP
        EXECUTE format('ALTER INDEX %s RESET (gin_pending_list_limit)', part);
    END LOOP;
END
$$;
