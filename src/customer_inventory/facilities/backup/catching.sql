-- name: behind
-- How much of the log before $1 the receiver has not got, in bytes; nothing without a receiver.
-- One that has just begun has told of nothing yet.
SELECT greatest($1::text::pg_lsn - coalesce(r.write_lsn, '0/0'), 0)::bigint AS bytes
FROM pg_stat_replication AS r
WHERE r.application_name = $2;

-- name: flushed
-- Up to where the log is on disk.
SELECT pg_current_wal_flush_lsn()::text;
