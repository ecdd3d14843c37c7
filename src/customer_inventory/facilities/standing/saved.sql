-- name: slot
-- The slot by which the log is archived: how many bytes it holds back, and whether it is read.
SELECT
    s.active,
    s.wal_status,
    pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn)::bigint AS behind
FROM pg_replication_slots AS s
WHERE s.slot_name = $1;
