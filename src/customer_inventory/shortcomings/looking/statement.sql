-- name: slow_statements
-- Mean milliseconds of statements of ours that ran so often; others are told by their number.
SELECT
    coalesce(substring(s.query FROM '^\(*\w+ /\* ([a-z][a-z0-9_]*) \*/'), 'statement ' || s.queryid)
        AS object,
    round((sum(s.total_exec_time) / sum(s.calls))::numeric, 2)::float8 AS value,
    json_build_object('calls', sum(s.calls), 'rows', sum(s.rows)) AS figures
FROM public.pg_stat_statements AS s
WHERE
    s.dbid = (
        SELECT d.oid FROM pg_database AS d
        WHERE d.datname = current_database()
    )
    AND s.queryid IS NOT NULL
    AND s.toplevel
GROUP BY 1
HAVING sum(s.calls) >= $1;

-- name: share_of_time
-- The share of the database's time that one statement takes, in percent.
SELECT
    t.object,
    round((100 * t.took / nullif(sum(t.took) OVER (), 0))::numeric, 1)::float8 AS value,
    json_build_object('seconds', round((t.took / 1000)::numeric, 1), 'calls', t.calls) AS figures
FROM (
    SELECT
        coalesce(
            substring(s.query FROM '^\(*\w+ /\* ([a-z][a-z0-9_]*) \*/'), 'statement ' || s.queryid
        )
            AS object,
        sum(s.total_exec_time) AS took,
        sum(s.calls) AS calls
    FROM public.pg_stat_statements AS s
    WHERE
        s.dbid = (
            SELECT d.oid FROM pg_database AS d
            WHERE d.datname = current_database()
        )
        AND s.queryid IS NOT NULL
        AND s.toplevel
    GROUP BY 1
) AS t
WHERE (SELECT sum(a.total_exec_time) FROM public.pg_stat_statements AS a) / 1000 >= $1;

-- name: pages_a_row
-- Pages of the database that a statement looks at for a row that it returns.
SELECT
    coalesce(substring(s.query FROM '^\(*\w+ /\* ([a-z][a-z0-9_]*) \*/'), 'statement ' || s.queryid)
        AS object,
    round(
        sum(s.shared_blks_hit + s.shared_blks_read)::numeric / greatest(sum(s.rows), sum(s.calls)),
        1
    )
    ::float8 AS value,
    json_build_object('calls', sum(s.calls), 'rows', sum(s.rows)) AS figures
FROM public.pg_stat_statements AS s
WHERE
    s.dbid = (
        SELECT d.oid FROM pg_database AS d
        WHERE d.datname = current_database()
    )
    AND s.queryid IS NOT NULL
    AND s.toplevel
    AND s.query ~* '^\(*(select|with)'
GROUP BY 1
HAVING sum(s.calls) >= $1;

-- name: evicted
-- How often statistics of statements were thrown away because there were too many.
SELECT
    'pg_stat_statements' AS object,
    i.dealloc::float8 AS value,
    json_build_object('since', i.stats_reset) AS figures
FROM public.pg_stat_statements_info AS i
WHERE i.dealloc >= $1;
