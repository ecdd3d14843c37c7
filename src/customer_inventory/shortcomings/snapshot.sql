-- name: take_statements
-- What statements of ours have taken so far.
INSERT INTO shortcomings.snapshot (taken_at, kind, object, figures)
SELECT
    $1,
    'statement',
    substring(s.query FROM '^\(*\w+ /\* ([a-z][a-z0-9_]*) \*/') AS object,
    json_build_object('calls', sum(s.calls), 'milliseconds', sum(s.total_exec_time))
FROM public.pg_stat_statements AS s
WHERE
    s.dbid = (
        SELECT d.oid FROM pg_database AS d
        WHERE d.datname = current_database()
    )
    AND s.query ~ '^\(*\w+ /\* [a-z][a-z0-9_]* \*/'
GROUP BY substring(s.query FROM '^\(*\w+ /\* ([a-z][a-z0-9_]*) \*/')
ON CONFLICT DO NOTHING;

-- name: take_relations
-- What tables take, with their indexes.
INSERT INTO shortcomings.snapshot (taken_at, kind, object, figures)
SELECT
    $1,
    'relation',
    format('%I.%I', t.schemaname, t.relname),
    json_build_object('bytes', pg_total_relation_size(t.relid), 'rows', t.n_live_tup)
FROM pg_stat_user_tables AS t
ON CONFLICT DO NOTHING;

-- name: take_server
-- What the server as a whole has done so far.
INSERT INTO shortcomings.snapshot (taken_at, kind, object, figures)
SELECT
    $1,
    'server',
    d.datname,
    json_build_object(
        'bytes', pg_database_size(d.datid), 'deadlocks', d.deadlocks, 'temporary', d.temp_bytes,
        'log', pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0'),
        'found', d.blks_hit, 'read', d.blks_read
    )
FROM pg_stat_database AS d
WHERE d.datname = current_database()
ON CONFLICT DO NOTHING;

-- name: history_days
-- Of how many days there are snapshots.
SELECT coalesce(extract(EPOCH FROM max(s.taken_at) - min(s.taken_at)) / 86400, 0)::float8
FROM shortcomings.snapshot AS s;

-- name: take_sequences
-- How much sequences have given, and how much they can; a column may hold less than its sequence.
INSERT INTO shortcomings.snapshot (taken_at, kind, object, figures)
SELECT
    $1,
    'sequence',
    format('%I.%I', s.schemaname, s.sequencename),
    json_build_object('given', s.last_value, 'most', least(s.max_value, o.most))
FROM pg_sequences AS s
LEFT JOIN LATERAL (
    SELECT
        CASE a.atttypid
            WHEN 'smallint'::regtype THEN 32767
            WHEN 'integer'::regtype THEN 2147483647
        END::bigint AS most
    FROM pg_depend AS d
    INNER JOIN pg_attribute AS a ON d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
    WHERE
        d.objid = format('%I.%I', s.schemaname, s.sequencename)::regclass
        AND d.deptype IN ('a', 'i')
        AND d.classid = 'pg_class'::regclass
    LIMIT 1
) AS o ON TRUE
WHERE s.last_value IS NOT NULL
ON CONFLICT DO NOTHING;

-- name: log_written
-- How many times the median of the week before the log of the last day is, as written a day.
WITH moments AS (
    SELECT
        s.object,
        s.taken_at,
        (s.figures ->> 'log')::numeric - lag((s.figures ->> 'log')::numeric) OVER w AS bytes,
        extract(EPOCH FROM s.taken_at - lag(s.taken_at) OVER w) / 86400 AS days
    FROM shortcomings.snapshot AS s
    WHERE s.kind = 'server'
    WINDOW w AS (PARTITION BY s.object ORDER BY s.taken_at)
),

rates AS (
    SELECT
        m.object,
        m.taken_at,
        m.bytes / m.days AS rate,
        row_number() OVER (PARTITION BY m.object ORDER BY m.taken_at DESC) AS back
    FROM moments AS m
    -- Of minutes no day can be told, and a log that is shorter is another one.
    WHERE m.days >= 0.25 AND m.bytes >= 0
)

SELECT
    n.object,
    round(n.rate / nullif(b.rate, 0), 2)::float8 AS value,
    json_build_object('bytes a day', round(n.rate), 'before', round(b.rate)) AS figures
FROM rates AS n
INNER JOIN LATERAL (
    SELECT
        (percentile_cont(0.5) WITHIN GROUP (ORDER BY o.rate))::numeric AS rate,
        count(*) AS moments
    FROM rates AS o
    WHERE o.object = n.object AND o.back > 1 AND o.taken_at > n.taken_at - interval '8 days'
) AS b ON b.moments >= 3
WHERE n.back = 1 AND n.rate / 1e9 >= $1;

-- name: missed_cache
-- Pages that were not in the server's memory, in percent of those read since the last snapshot.
SELECT
    l.object,
    round(100 * l.missed / nullif(l.missed + l.found, 0), 2)::float8 AS value,
    json_build_object('pages', l.missed + l.found, 'since', l.since) AS figures
FROM (
    SELECT
        s.object,
        lag(s.taken_at) OVER w AS since,
        (s.figures ->> 'read')::numeric - lag((s.figures ->> 'read')::numeric) OVER w AS missed,
        (s.figures ->> 'found')::numeric - lag((s.figures ->> 'found')::numeric) OVER w AS found,
        row_number() OVER (PARTITION BY s.object ORDER BY s.taken_at DESC) AS back
    FROM shortcomings.snapshot AS s
    WHERE s.kind = 'server'
    WINDOW w AS (PARTITION BY s.object ORDER BY s.taken_at)
) AS l
WHERE l.back = 1 AND l.missed >= 0 AND l.found >= 0 AND l.missed + l.found >= $1;

-- name: forget
-- Snapshots that nobody looks back to.
DELETE FROM shortcomings.snapshot AS s
WHERE s.taken_at < $1;

-- name: regressed
-- How many times its mean of the days before a statement takes since the last snapshot.
WITH moments AS (
    SELECT
        s.object,
        s.taken_at,
        (s.figures ->> 'calls')::numeric - lag((s.figures ->> 'calls')::numeric) OVER w AS calls,
        (s.figures ->> 'milliseconds')::numeric
        - lag((s.figures ->> 'milliseconds')::numeric) OVER w AS took
    FROM shortcomings.snapshot AS s
    WHERE s.kind = 'statement'
    WINDOW w AS (PARTITION BY s.object ORDER BY s.taken_at)
),

means AS (
    SELECT
        m.object,
        m.taken_at,
        m.calls,
        m.took / m.calls AS mean,
        row_number() OVER (PARTITION BY m.object ORDER BY m.taken_at DESC) AS back
    FROM moments AS m
    WHERE m.calls >= $1
)

SELECT
    n.object,
    round(n.mean / nullif(b.mean, 0), 2)::float8 AS value,
    json_build_object(
        'milliseconds', round(n.mean, 3), 'before', round(b.mean, 3), 'calls', n.calls
    )
        AS figures
FROM means AS n
INNER JOIN LATERAL (
    SELECT
        (percentile_cont(0.5) WITHIN GROUP (ORDER BY o.mean))::numeric AS mean,
        count(*) AS moments
    FROM means AS o
    WHERE o.object = n.object AND o.back > 1 AND o.taken_at > n.taken_at - interval '8 days'
) AS b ON b.moments >= 3
WHERE n.back = 1 AND n.mean > 1;

-- name: grown
-- How much a table grew in a week, in percent, of those that make up a share of the database.
SELECT
    n.object,
    round(
        100 * ((n.figures ->> 'bytes')::numeric / nullif((o.figures ->> 'bytes')::numeric, 0) - 1),
        1
    )::float8
        AS value,
    json_build_object('bytes', n.figures ->> 'bytes', 'a week before', o.figures ->> 'bytes')
        AS figures
FROM shortcomings.snapshot AS n
INNER JOIN LATERAL (
    SELECT s.figures
    FROM shortcomings.snapshot AS s
    WHERE s.kind = n.kind AND s.object = n.object AND s.taken_at <= n.taken_at - interval '7 days'
    ORDER BY s.taken_at DESC
    LIMIT 1
) AS o ON TRUE
WHERE
    n.kind = 'relation'
    AND n.taken_at = (
        SELECT max(l.taken_at) FROM shortcomings.snapshot AS l
        WHERE l.kind = 'relation'
    )
    AND (n.figures ->> 'bytes')::numeric / 1e6 >= $1;

-- name: deadlocked
-- Deadlocks since the snapshot before.
SELECT
    l.object,
    ((l.figures ->> 'deadlocks')::numeric - (b.figures ->> 'deadlocks')::numeric)::float8 AS value,
    json_build_object('since', b.taken_at) AS figures
FROM (
    SELECT s.* FROM shortcomings.snapshot AS s
    WHERE s.kind = 'server'
    ORDER BY s.taken_at DESC LIMIT 1
) AS l
INNER JOIN LATERAL (
    SELECT s.figures, s.taken_at FROM shortcomings.snapshot AS s
    WHERE s.kind = 'server' AND s.object = l.object AND s.taken_at < l.taken_at
    ORDER BY s.taken_at DESC LIMIT 1
) AS b ON TRUE
WHERE (l.figures ->> 'deadlocks')::numeric - (b.figures ->> 'deadlocks')::numeric >= $1;
