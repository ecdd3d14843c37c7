-- name: indexes_by_size
-- B-tree indexes of so many megabytes, as the planner knows them, the largest first.
SELECT
    c.oid,
    format('%I.%I', n.nspname, c.relname) AS object
FROM pg_class AS c
INNER JOIN pg_index AS i ON c.oid = i.indexrelid
INNER JOIN pg_am AS a ON c.relam = a.oid
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE
    c.relkind = 'i'
    AND a.amname = 'btree'
    AND i.indisvalid
    AND n.nspname NOT LIKE 'pg\_%'
    AND c.relpages * current_setting('block_size')::bigint / 1e6 >= $1
ORDER BY c.relpages DESC;

-- name: index_bloat
-- How much of the leaves of an index ($2) is empty, in percent.
SELECT
    format('%I.%I', n.nspname, c.relname) AS object,
    round((100 - nullif(s.avg_leaf_density, 'NaN'))::numeric, 1)::float8 AS value,
    json_build_object('bytes', s.index_size, 'leaves', s.leaf_pages, 'deleted', s.deleted_pages)
        AS figures
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
CROSS JOIN LATERAL public.pgstatindex(c.oid::regclass) AS s
WHERE c.oid = $2 AND s.index_size / 1e6 >= $1;

-- name: tables_by_size
-- Tables of so many megabytes, as the planner knows them, the largest first.
SELECT
    c.oid,
    format('%I.%I', n.nspname, c.relname) AS object
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE
    c.relkind = 'r'
    AND c.relpersistence <> 't'
    AND n.nspname NOT LIKE 'pg\_%'
    AND n.nspname <> 'information_schema'
    AND c.relpages * current_setting('block_size')::bigint / 1e6 >= $1
ORDER BY c.relpages DESC;

-- name: table_bloat
-- How much of a table ($2) is dead or free, in percent, beyond what its fill factor leaves free.
SELECT
    format('%I.%I', n.nspname, c.relname) AS object,
    round(
        (s.dead_tuple_percent + s.approx_free_percent)::numeric - 100 + coalesce(
            (
                SELECT o.option_value::integer FROM pg_options_to_table(c.reloptions) AS o
                WHERE o.option_name = 'fillfactor'
            ), 100
        ),
        1
    )::float8 AS value,
    json_build_object(
        'bytes', s.table_len, 'dead', s.dead_tuple_len, 'free', s.approx_free_space,
        'scanned', round(s.scanned_percent)
    ) AS figures
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
CROSS JOIN LATERAL public.pgstattuple_approx(c.oid::regclass) AS s
WHERE c.oid = $2 AND s.table_len / 1e6 >= $1;
