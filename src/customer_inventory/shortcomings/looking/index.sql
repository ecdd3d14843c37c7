-- name: scanned_whole
-- Rows read by scans of whole tables, for each scan, where indexes are used for less than 95 %.
SELECT
    format('%I.%I', t.schemaname, t.relname) AS object,
    round(t.seq_tup_read::numeric / nullif(t.seq_scan, 0), 0)::float8 AS value,
    json_build_object(
        'scans',
        t.seq_scan,
        'by index',
        t.idx_scan,
        'rows',
        t.n_live_tup,
        'bytes',
        pg_relation_size(t.relid)
    ) AS figures
FROM pg_stat_user_tables AS t
WHERE
    t.n_live_tup >= $1
    AND t.seq_scan >= 50
    AND coalesce(t.idx_scan, 0) < 19 * t.seq_scan;

-- name: unused
-- Megabytes of indexes that nothing was found by, and that hold no rule.
SELECT
    format('%I.%I', u.schemaname, u.indexrelname) AS object,
    round((pg_relation_size(u.indexrelid) / 1e6)::numeric, 1)::float8 AS value,
    json_build_object('table', format('%I.%I', u.schemaname, u.relname), 'used', u.idx_scan)
        AS figures
FROM pg_stat_user_indexes AS u
INNER JOIN pg_index AS i ON u.indexrelid = i.indexrelid
WHERE
    u.idx_scan < 50
    AND NOT i.indisunique
    AND NOT i.indisprimary
    AND NOT i.indisexclusion
    AND pg_relation_size(u.indexrelid) / 1e6 >= $1
    AND NOT EXISTS (
        SELECT FROM pg_constraint AS c
        WHERE c.conrelid = i.indrelid AND c.contype = 'f' AND c.conkey[1] = i.indkey[0]
    );

-- name: covered
-- Megabytes of indexes whose columns are the first ones of another of the same table.
SELECT
    format('%I.%I', n.nspname, c.relname) AS object,
    round((pg_relation_size(c.oid) / 1e6)::numeric, 3)::float8 AS value,
    json_build_object(
        'covered by', (
            SELECT o.relname FROM pg_class AS o
            WHERE o.oid = min(b.indexrelid::bigint)::oid
        )
    )
        AS figures
FROM pg_index AS a
INNER JOIN pg_index AS b ON a.indrelid = b.indrelid AND a.indexrelid <> b.indexrelid
INNER JOIN pg_class AS c ON a.indexrelid = c.oid
INNER JOIN pg_class AS d ON b.indexrelid = d.oid
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE
    n.nspname NOT LIKE 'pg\_%'
    AND c.relkind = 'i'
    AND NOT a.indisunique
    AND c.relam = d.relam
    AND a.indexprs IS NULL
    AND b.indexprs IS NULL
    AND coalesce(a.indpred::text, '') = coalesce(b.indpred::text, '')
    AND (b.indkey::text || ' ') LIKE (a.indkey::text || ' %')
    AND (b.indclass::text || ' ') LIKE (a.indclass::text || ' %')
    AND (b.indoption::text || ' ') LIKE (a.indoption::text || ' %')
    AND (b.indkey::text <> a.indkey::text OR b.indisunique OR a.indexrelid > b.indexrelid)
GROUP BY n.nspname, c.relname, c.oid
HAVING pg_relation_size(c.oid) / 1e6 >= $1;

-- name: invalid
-- Indexes that are written and never read: their build was broken off.
SELECT
    format('%I.%I', n.nspname, c.relname) AS object,
    1::float8 AS value,
    json_build_object('table', t.relname, 'ready', i.indisready) AS figures
FROM pg_index AS i
INNER JOIN pg_class AS c ON i.indexrelid = c.oid
INNER JOIN pg_class AS t ON i.indrelid = t.oid
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE
    NOT i.indisvalid
    AND c.relkind = 'i'
    AND pg_relation_size(c.oid) >= $1
    AND NOT EXISTS (
        SELECT FROM pg_stat_progress_create_index AS p
        WHERE p.index_relid = i.indexrelid
    );

-- name: references_without
-- Rows of tables that refer to others by columns that no index begins with.
SELECT
    format('%I.%I %s', n.nspname, c.relname, f.conname) AS object,
    c.reltuples::float8 AS value,
    json_build_object('refers to', f.confrelid::regclass::text) AS figures
FROM pg_constraint AS f
INNER JOIN pg_class AS c ON f.conrelid = c.oid
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE
    f.contype = 'f'
    AND f.conparentid = 0
    AND c.reltuples >= $1
    AND NOT EXISTS (
        SELECT FROM pg_index AS i
        WHERE
            i.indrelid = f.conrelid
            AND i.indisvalid
            AND (i.indkey::int2[])[0:cardinality(f.conkey) - 1] @> f.conkey
    );

-- name: outweigh
-- How many times a table's bytes its indexes take.
SELECT
    format('%I.%I', n.nspname, c.relname) AS object,
    round(pg_indexes_size(c.oid)::numeric / nullif(pg_table_size(c.oid), 0), 2)::float8 AS value,
    json_build_object('table', pg_table_size(c.oid), 'indexes', pg_indexes_size(c.oid)) AS figures
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\_%' AND pg_indexes_size(c.oid) / 1e6 >= $1;

-- name: missed_cache
-- Pages of indexes that had to be read, in percent of all that were looked at.
SELECT
    'indexes' AS object,
    round(
        100 * sum(i.idx_blks_read) / nullif(sum(i.idx_blks_hit + i.idx_blks_read), 0), 2
    )::float8 AS value,
    json_build_object('read', sum(i.idx_blks_read), 'found', sum(i.idx_blks_hit)) AS figures
FROM pg_statio_user_indexes AS i
HAVING sum(i.idx_blks_hit + i.idx_blks_read) >= $1;
