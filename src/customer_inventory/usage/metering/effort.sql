-- name: has_statistics
-- Whether the server keeps statistics of statements for this database: it must have loaded what
-- does so at its start, else the view only raises.
SELECT EXISTS(
    SELECT FROM pg_extension AS e
    WHERE
        e.extname = 'pg_stat_statements'
        AND current_setting('pg_stat_statements.track', TRUE) IS NOT NULL
);

-- name: statements_now
-- What statements of this database have taken so far, one by one. Ours have their name behind the
-- first word; texts of others may hold anything, so that nothing but such a name is told.
SELECT
    r.rolname || ' ' || s.queryid || ' ' || s.toplevel AS counter,
    r.rolname AS login,
    coalesce(substring(s.query FROM '^\(*\w+ /\* ([a-z][a-z0-9_]*) \*/'), '') AS statement,
    coalesce((to_jsonb(s) ->> 'stats_since')::timestamptz, 'epoch'::timestamptz) AS since,
    s.calls,
    s.rows AS returned,
    (s.total_exec_time * 1000)::bigint AS microseconds,
    s.wal_bytes::bigint AS wal_bytes
FROM public.pg_stat_statements AS s
INNER JOIN pg_roles AS r ON s.userid = r.oid
WHERE
    s.dbid = (
        SELECT d.oid FROM pg_database AS d
        WHERE d.datname = current_database()
    )
    AND s.queryid IS NOT NULL;

-- name: wal_now
-- How many bytes the server has written ahead since it was made: its place in the log.
SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint;

-- name: known_counters
-- Where counters stood.
SELECT
    c.name,
    c.since,
    c.counts
FROM usage.counter AS c;

-- name: hold_counters
-- One looks at the counters at a time.
SELECT pg_advisory_xact_lock($1);

-- name: keep_counters
-- Where counters stand now.
INSERT INTO usage.counter AS c (name, since, counts)
SELECT
    n.name,
    n.since,
    ARRAY[n.calls, n.returned, n.microseconds, n.wal_bytes]
FROM
    unnest(
        $1::text[], $2::timestamptz[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]
    ) AS n (name, since, calls, returned, microseconds, wal_bytes)
ON CONFLICT (name, since) DO UPDATE SET counts = excluded.counts;

-- name: drop_counters
-- Forget all counters but those given: the server no longer has them.
DELETE FROM usage.counter AS c
WHERE NOT EXISTS (
    SELECT FROM unnest($1::text[], $2::timestamptz[]) AS n (name, since)
    WHERE n.name = c.name AND n.since = c.since
);

-- name: add_effort
-- What was done since the last look, added to its hour.
INSERT INTO usage.effort AS e (
    hour, login, statement, calls, returned, microseconds, wal_bytes
)
SELECT
    $1,
    n.login,
    n.statement,
    sum(n.calls),
    sum(n.returned),
    sum(n.microseconds),
    sum(n.wal_bytes)
FROM
    unnest(
        $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[]
    ) AS n (login, statement, calls, returned, microseconds, wal_bytes)
GROUP BY n.login, n.statement
ON CONFLICT (hour, login, statement) DO UPDATE
    SET
        calls = e.calls + excluded.calls,
        returned = e.returned + excluded.returned,
        microseconds = e.microseconds + excluded.microseconds,
        wal_bytes = e.wal_bytes + excluded.wal_bytes;

-- name: add_wal
-- What was written ahead since the last look, added to its hour.
INSERT INTO usage.wal AS w (hour, bytes) VALUES ($1, $2)
ON CONFLICT (hour) DO UPDATE SET bytes = w.bytes + excluded.bytes;

-- name: effort_between
-- What the database did between two instants, by login and statement.
SELECT
    e.login,
    e.statement,
    sum(e.calls)::bigint AS calls,
    sum(e.returned)::bigint AS returned,
    sum(e.microseconds)::bigint AS microseconds,
    sum(e.wal_bytes)::bigint AS wal_bytes
FROM usage.effort AS e
WHERE e.hour >= $1 AND e.hour < $2
GROUP BY e.login, e.statement
ORDER BY sum(e.microseconds) DESC, e.login, e.statement;

-- name: wal_between
-- What the server wrote ahead between two instants.
SELECT coalesce(sum(w.bytes), 0)::bigint
FROM usage.wal AS w
WHERE w.hour >= $1 AND w.hour < $2;
