-- name: server_now
-- The server and our database as they are now: bytes, sessions, the oldest transaction, checksums.
WITH sessions AS (
    SELECT
        count(*) FILTER (WHERE s.backend_type = 'client backend') AS sessions,
        min(s.xact_start) FILTER (WHERE s.datname = current_database()) AS oldest_transaction,
        min(s.state_change) FILTER (
            WHERE s.datname = current_database() AND s.state LIKE 'idle in transaction%'
        ) AS idle_in_transaction
    FROM pg_stat_activity AS s
    WHERE s.pid <> pg_backend_pid()
)

SELECT
    current_setting('server_version') AS version,
    pg_postmaster_start_time() AS started_at,
    pg_database_size(current_database()) AS bytes,
    current_setting('max_connections')::integer AS max_connections,
    a.sessions,
    a.oldest_transaction,
    a.idle_in_transaction,
    coalesce(d.checksum_failures, 0) AS checksum_failures
FROM pg_stat_database AS d
CROSS JOIN sessions AS a
WHERE d.datname = current_database();

-- name: keep_measured
-- How large the inventory is on a day: the last look of the day counts.
INSERT INTO facilities.measured AS m (day, database_bytes, backup_bytes, free_bytes)
VALUES ($1, pg_database_size(current_database()), $2, $3)
ON CONFLICT (day) DO UPDATE
    SET
        database_bytes = excluded.database_bytes,
        backup_bytes = excluded.backup_bytes,
        free_bytes = excluded.free_bytes;

-- name: measured_since
-- How large the inventory was, day by day, from a day on.
SELECT
    m.day,
    m.database_bytes,
    m.backup_bytes,
    m.free_bytes
FROM facilities.measured AS m
WHERE m.day >= $1
ORDER BY m.day;
