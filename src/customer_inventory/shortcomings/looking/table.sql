-- name: dead_rows
-- Dead rows, in percent of all that a table holds.
SELECT
    format('%I.%I', t.schemaname, t.relname) AS object,
    round(100 * t.n_dead_tup::numeric / nullif(t.n_dead_tup + t.n_live_tup, 0), 1)::float8 AS value,
    json_build_object(
        'dead',
        t.n_dead_tup,
        'live',
        t.n_live_tup,
        'vacuumed',
        greatest(t.last_vacuum, t.last_autovacuum)
    )
        AS figures
FROM pg_stat_user_tables AS t
WHERE t.n_dead_tup >= $1;

-- name: vacuum_behind
-- Dead rows, times those at which a vacuum is due.
SELECT
    format('%I.%I', t.schemaname, t.relname) AS object,
    round(
        (
            t.n_dead_tup / (
                current_setting('autovacuum_vacuum_threshold')::numeric
                + current_setting('autovacuum_vacuum_scale_factor')::numeric
                * greatest(t.n_live_tup, 1)
            )
        ), 1
    )::float8 AS value,
    json_build_object(
        'dead', t.n_dead_tup, 'vacuumed', greatest(t.last_vacuum, t.last_autovacuum)
    ) AS figures
FROM pg_stat_user_tables AS t
WHERE t.n_dead_tup >= $1;

-- name: stale_statistics
-- Rows changed since the planner's statistics were made, in percent of those there are.
SELECT
    format('%I.%I', t.schemaname, t.relname) AS object,
    round(100 * t.n_mod_since_analyze::numeric / greatest(t.n_live_tup, 1), 1)::float8 AS value,
    json_build_object(
        'changed', t.n_mod_since_analyze, 'analysed', greatest(t.last_analyze, t.last_autoanalyze)
    ) AS figures
FROM pg_stat_user_tables AS t
WHERE t.n_mod_since_analyze >= $1;

-- name: cold_updates
-- Updates that had to write indexes too, in percent of all.
SELECT
    format('%I.%I', t.schemaname, t.relname) AS object,
    round(100 - 100 * t.n_tup_hot_upd::numeric / t.n_tup_upd, 1)::float8 AS value,
    json_build_object('updates', t.n_tup_upd, 'hot', t.n_tup_hot_upd, 'options', c.reloptions)
        AS figures
FROM pg_stat_user_tables AS t
INNER JOIN pg_class AS c ON t.relid = c.oid
WHERE t.n_tup_upd >= greatest($1, 1);

-- name: no_primary_key
-- Tables without a primary key.
SELECT
    format('%I.%I', n.nspname, c.relname) AS object,
    1::float8 AS value,
    json_build_object('rows', c.reltuples::bigint) AS figures
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE
    c.relkind IN ('r', 'p')
    AND c.relpersistence = 'p'
    AND NOT c.relispartition
    AND n.nspname NOT LIKE 'pg\_%'
    AND n.nspname <> 'information_schema'
    AND c.reltuples >= $1
    AND NOT EXISTS (
        SELECT FROM pg_index AS i
        WHERE i.indrelid = c.oid AND (i.indisprimary OR i.indisunique)
    );

-- name: rules_not_held
-- Constraints that were never checked, and triggers that are switched off.
SELECT
    format('%I.%I %s', n.nspname, c.relname, r.name) AS object,
    1::float8 AS value,
    json_build_object('what', r.what, 'rows', c.reltuples::bigint) AS figures
FROM (
    SELECT
        k.conrelid AS relation,
        k.conname AS name,
        'constraint not validated' AS what
    FROM pg_constraint AS k
    WHERE NOT k.convalidated
    UNION ALL
    SELECT
        g.tgrelid,
        g.tgname,
        'trigger disabled'
    FROM pg_trigger AS g
    WHERE g.tgenabled = 'D' AND NOT g.tgisinternal
) AS r
INNER JOIN pg_class AS c ON r.relation = c.oid
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' AND c.reltuples >= $1 - 1;

-- name: giants
-- Gigabytes of tables that are only added to and have no partitions.
SELECT
    format('%I.%I', t.schemaname, t.relname) AS object,
    round((pg_table_size(t.relid) / 1e9)::numeric, 1)::float8 AS value,
    json_build_object(
        'rows', t.n_live_tup, 'added', t.n_tup_ins, 'changed', t.n_tup_upd + t.n_tup_del
    ) AS figures
FROM pg_stat_user_tables AS t
INNER JOIN pg_class AS c ON t.relid = c.oid
WHERE
    NOT c.relispartition
    AND t.n_tup_ins > 9 * (t.n_tup_upd + t.n_tup_del)
    AND pg_table_size(t.relid) / 1e9 >= $1;

-- name: missed_cache
-- Pages of tables that had to be read, in percent of all that were looked at.
SELECT
    'tables' AS object,
    round(
        100 * sum(t.heap_blks_read) / nullif(sum(t.heap_blks_hit + t.heap_blks_read), 0), 2
    )::float8 AS value,
    json_build_object('read', sum(t.heap_blks_read), 'found', sum(t.heap_blks_hit)) AS figures
FROM pg_statio_user_tables AS t
HAVING sum(t.heap_blks_hit + t.heap_blks_read) >= $1;
