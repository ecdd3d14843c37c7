-- name: sessions_used
-- Sessions of all that may be, in percent.
SELECT
    'sessions' AS object,
    round(100 * count(*)::numeric / current_setting('max_connections')::int, 1)::float8 AS value,
    json_build_object('sessions', count(*), 'most', current_setting('max_connections')::int)
        AS figures
FROM pg_stat_activity AS a
WHERE a.backend_type = 'client backend'
HAVING count(*) >= $1;

-- name: idle_in_transaction
-- For how many seconds a session has been in a transaction and does nothing.
SELECT
    format('session %s of %s', a.pid, a.usename) AS object,
    round(extract(EPOCH FROM clock_timestamp() - a.state_change), 1)::float8 AS value,
    json_build_object('application', a.application_name, 'began', a.xact_start) AS figures
FROM pg_stat_activity AS a
WHERE
    a.state LIKE 'idle in transaction%'
    AND extract(EPOCH FROM clock_timestamp() - a.state_change) >= $1;

-- name: long_statements
-- For how many seconds a statement has been running; a vacuum or a copy of the database may.
SELECT
    format('session %s of %s', a.pid, a.usename) AS object,
    round(extract(EPOCH FROM clock_timestamp() - a.query_start), 1)::float8 AS value,
    json_build_object('application', a.application_name, 'waits', a.wait_event) AS figures
FROM pg_stat_activity AS a
WHERE
    a.state = 'active'
    AND a.backend_type = 'client backend'
    AND a.pid <> pg_backend_pid()
    AND extract(EPOCH FROM clock_timestamp() - a.query_start) >= $1;

-- name: blocked_sessions
-- For how many seconds a session has been waiting for another.
SELECT
    format('session %s of %s', a.pid, a.usename) AS object,
    round(extract(EPOCH FROM clock_timestamp() - a.query_start), 1)::float8 AS value,
    json_build_object('by', pg_blocking_pids(a.pid), 'application', a.application_name) AS figures
FROM pg_stat_activity AS a
WHERE
    a.wait_event_type = 'Lock'
    AND cardinality(pg_blocking_pids(a.pid)) > 0
    AND extract(EPOCH FROM clock_timestamp() - a.query_start) >= $1;

-- name: rolled_back
-- Transactions that were undone, in percent of all.
SELECT
    d.datname AS object,
    round(100 * d.xact_rollback::numeric / nullif(d.xact_commit + d.xact_rollback, 0), 1)::float8
        AS value,
    json_build_object('undone', d.xact_rollback, 'done', d.xact_commit) AS figures
FROM pg_stat_database AS d
WHERE d.datname = current_database() AND d.xact_commit + d.xact_rollback >= $1;
