-- name: settings_now
-- Settings on which durability and search depend, and whether some wait for a restart.
SELECT
    current_setting('fsync') AS fsync,
    current_setting('full_page_writes') AS full_page_writes,
    current_setting('synchronous_commit') AS synchronous_commit,
    current_setting('wal_level') AS wal_level,
    current_setting('data_checksums') AS data_checksums,
    current_setting('autovacuum') AS autovacuum,
    current_setting('server_encoding') AS server_encoding,
    current_setting('server_version_num')::integer / 10000 AS version,
    pg_is_in_recovery() AS is_in_recovery,
    (
        SELECT coalesce(array_agg(s.name ORDER BY s.name), '{}')
        FROM pg_settings AS s
        WHERE s.pending_restart
    ) AS pending_restart;

-- name: letters
-- How many trigrams the letters Å and Ж have: none means that search does not see them.
SELECT coalesce(array_length(show_trgm('ÅЖ'), 1), 0);

-- name: extensions
-- Extensions that we use: the version that is installed, and the one that is there.
SELECT
    a.name,
    a.installed_version,
    a.default_version
FROM pg_available_extensions AS a
WHERE a.name = ANY($1::text[])
ORDER BY a.name;

-- name: clock
-- The time of the database.
SELECT clock_timestamp();

-- name: invalid_indexes
-- Indexes that were not finished.
SELECT format('%I.%I', n.nspname, c.relname) AS name
FROM pg_index AS i
INNER JOIN pg_class AS c ON i.indexrelid = c.oid
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE
    NOT i.indisvalid
    AND c.relkind = 'i'
    AND NOT EXISTS (
        SELECT FROM pg_stat_progress_create_index AS p
        WHERE p.index_relid = c.oid
    )
ORDER BY name;

-- name: stale_locks
-- Who holds others up, and for how long: sessions that wait for a lock, by whom they wait for.
SELECT
    b.pid,
    coalesce(b.application_name, '') AS application,
    b.state,
    count(*) AS waiting,
    max(extract(EPOCH FROM clock_timestamp() - w.state_change)) AS seconds
FROM pg_stat_activity AS w
CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS p (pid)
INNER JOIN pg_stat_activity AS b ON p.pid = b.pid
WHERE w.wait_event_type = 'Lock' AND w.datname = current_database()
GROUP BY b.pid, b.application_name, b.state
ORDER BY seconds DESC;

-- name: prepared
-- Transactions that were prepared and not ended.
SELECT count(*)
FROM pg_prepared_xacts AS p
WHERE p.database = current_database() AND p.prepared < now() - interval '5 minutes';
