-- name: sole_sealer
-- Whether this transaction is the one that seals.
SELECT pg_try_advisory_xact_lock($1);

-- name: latest_checkpoint
-- Where the log stands.
SELECT
    c.size,
    c.edge,
    c.note,
    c.signed_at,
    c.anchored_at
FROM access.checkpoint AS c
ORDER BY c.size DESC
LIMIT 1;

-- name: log_id
-- The id of the log.
SELECT g.id FROM access.log AS g;

-- name: name_log
-- The log gets its id.
INSERT INTO access.log (id) VALUES ($1);

-- name: segments_to_seal
-- Segments whose order can no longer change: no open transaction may still add one before them.
SELECT
    s.seq,
    s.writer,
    s.first_entry,
    s.entries,
    s.recorded_at,
    s.body
FROM access.segment AS s
WHERE s.xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY s.xid, s.seq
LIMIT $1;

-- name: drop_sealed_segments
-- Segments whose entries are leaves now.
DELETE FROM access.segment AS s
WHERE s.seq = any($1::bigint[]);

-- name: keep_checkpoint
-- The log as it stands now; within an hour the latest replaces the one before, unless anchored.
WITH gone AS (
    DELETE FROM access.checkpoint AS c
    WHERE
        c.anchored_at IS NULL
        AND c.signed_at >= date_trunc('hour', now())
)

INSERT INTO access.checkpoint (size, edge, note) VALUES ($1, $2, $3);

-- name: mark_anchored
-- The checkpoint of that size lies outside now.
UPDATE access.checkpoint AS c SET anchored_at = now()
WHERE c.size = $1;

-- name: latest_anchored
-- When a checkpoint was anchored last.
SELECT max(c.anchored_at) FROM access.checkpoint AS c;

-- name: oldest_unsealed
-- Since when the oldest segment waits to be sealed.
SELECT min(s.recorded_at) FROM access.segment AS s;
