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
        'log', pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')
    )
FROM pg_stat_database AS d
WHERE d.datname = current_database()
ON CONFLICT DO NOTHING;

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
