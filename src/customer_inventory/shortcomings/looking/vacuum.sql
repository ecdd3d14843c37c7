-- name: wraparound
-- Transactions since the oldest that is not frozen, in percent of what may be.
SELECT
    d.datname AS object,
    round(100 * age(d.datfrozenxid)::numeric / 2000000000, 1)::float8 AS value,
    json_build_object('age', age(d.datfrozenxid)) AS figures
FROM pg_database AS d
WHERE d.datallowconn AND age(d.datfrozenxid) >= $1;

-- name: multixact_wraparound
-- Shared locks since the oldest that is kept, in percent of what may be.
SELECT
    d.datname AS object,
    round(100 * mxid_age(d.datminmxid)::numeric / 2000000000, 1)::float8 AS value,
    json_build_object('age', mxid_age(d.datminmxid)) AS figures
FROM pg_database AS d
WHERE d.datallowconn AND mxid_age(d.datminmxid) >= $1;

-- name: held_back
-- For how many transactions a session, slot or prepared transaction keeps dead rows from removal.
SELECT
    h.object,
    h.held::float8 AS value,
    json_build_object('kind', h.kind) AS figures
FROM (
    SELECT
        format('session %s of %s', a.pid, a.usename) AS object,
        greatest(age(a.backend_xmin), age(a.backend_xid)) AS held,
        'session' AS kind
    FROM pg_stat_activity AS a
    WHERE a.pid <> pg_backend_pid()
    UNION ALL
    SELECT
        'slot ' || s.slot_name,
        greatest(age(s.xmin), age(s.catalog_xmin)),
        'slot'
    FROM pg_replication_slots AS s
    UNION ALL
    SELECT
        'prepared transaction ' || p.gid,
        age(p.transaction),
        'prepared transaction'
    FROM pg_prepared_xacts AS p
) AS h
WHERE h.held >= $1;

-- name: switched_off
-- Where the automatic vacuum is off.
SELECT
    o.object,
    1::float8 AS value,
    json_build_object('option', o.option) AS figures
FROM (
    SELECT
        'server' AS object,
        s.name || '=' || s.setting AS option,
        0 AS rows
    FROM pg_settings AS s
    WHERE s.name IN ('autovacuum', 'track_counts') AND s.setting = 'off'
    UNION ALL
    SELECT
        format('%I.%I', n.nspname, c.relname),
        r.option,
        c.reltuples
    FROM pg_class AS c
    INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
    CROSS JOIN LATERAL unnest(c.reloptions) AS r (option)
    WHERE c.relkind = 'r' AND r.option IN ('autovacuum_enabled=false', 'autovacuum_enabled=off')
) AS o
WHERE o.rows >= $1 - 1;
