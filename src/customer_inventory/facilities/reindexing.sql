-- name: indexes
-- Indexes of tables of ours: their bytes, and whether they are whole. Of a table, or an index, $1
-- where one is named. Those of partitioned tables are told by their partitions.
SELECT
    format('%I.%I', n.nspname, c.relname) AS name,
    format('%I.%I', tn.nspname, t.relname) AS table_name,
    pg_relation_size(c.oid) AS bytes,
    i.indisvalid AS is_valid
FROM pg_index AS i
INNER JOIN pg_class AS c ON i.indexrelid = c.oid
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
INNER JOIN pg_class AS t ON i.indrelid = t.oid
INNER JOIN pg_namespace AS tn ON t.relnamespace = tn.oid
WHERE
    c.relkind = 'i'
    AND tn.nspname NOT LIKE 'pg\_%'
    AND tn.nspname <> 'information_schema'
    AND t.relpersistence = 'p'
    AND (
        $1::text IS NULL
        OR format('%I.%I', n.nspname, c.relname) = $1
        OR format('%I.%I', tn.nspname, t.relname) = $1
    )
ORDER BY bytes, name;

-- name: unfinished_run
-- The run that was begun last and not ended, if there is one.
SELECT
    r.number,
    r.began_at,
    r.indexes
FROM facilities.reindex_run AS r
WHERE r.ended_at IS NULL
ORDER BY r.number DESC
LIMIT 1;

-- name: done_of
-- The indexes of a run that are done.
SELECT d.index_name
FROM facilities.reindexed AS d
WHERE d.run = $1;

-- name: begin_run
-- A run over these indexes begins; one that was not ended is ended as it is.
WITH ended AS (
    UPDATE facilities.reindex_run SET ended_at = now()
    WHERE ended_at IS NULL
)

INSERT INTO facilities.reindex_run (indexes, process, person) VALUES ($1, $2, $3)
RETURNING number;

-- name: keep_done
-- An index of a run is done.
INSERT INTO facilities.reindexed (run, index_name, seconds, bytes_before, bytes_after)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (run, index_name) DO NOTHING;

-- name: end_run
-- A run is done.
UPDATE facilities.reindex_run SET ended_at = now()
WHERE number = $1;

-- name: size_of
-- The bytes of a relation, none where it is gone.
SELECT pg_relation_size(to_regclass($1));

-- name: progress_of
-- How far the building of an index is that the session $1 works on: its phase, and the share done.
SELECT
    p.phase,
    CASE
        WHEN p.blocks_total > 0 THEN p.blocks_done::double precision / p.blocks_total
        WHEN p.tuples_total > 0 THEN p.tuples_done::double precision / p.tuples_total
    END AS share
FROM pg_stat_progress_create_index AS p
WHERE p.pid = $1;

-- name: session
-- The number of this session's server process.
SELECT pg_backend_pid();

-- name: sole_builder
-- Whether this session is the one that builds; until it ends.
SELECT pg_try_advisory_lock($1);
