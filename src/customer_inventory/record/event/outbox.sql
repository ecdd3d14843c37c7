-- name: note_newest
-- The newest number, and an id higher than that of any transaction which drew a number until now;
-- none when there is nothing beyond $1.
SELECT
    newest.seq,
    CASE WHEN newest.seq > $1::bigint THEN pg_current_xact_id()::text::bigint END AS xid
FROM (SELECT max(o.seq) AS seq FROM record.outbox AS o) AS newest;

-- name: oldest_running
-- The lowest transaction id that is still running.
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint;

-- name: events_after
-- What happened after a number and up to another, in order, to records of some types.
SELECT
    o.seq,
    o.bucket,
    o.id,
    o.type,
    o.revision,
    o.event,
    o.recorded_at,
    o.others
FROM record.outbox AS o
WHERE
    o.seq > $1::bigint
    AND o.seq <= $2::bigint
    AND o.type = ANY($3::text[])
    AND ($4::text IS NULL OR NOT pg_visible_in_snapshot(o.xid, $4::text::pg_snapshot))
ORDER BY o.seq
LIMIT $5::integer;

-- name: latest_events
-- The latest that happened, newest first.
SELECT
    o.seq,
    o.bucket,
    o.id,
    o.type,
    o.revision,
    o.event,
    o.recorded_at,
    o.others
FROM record.outbox AS o
ORDER BY o.seq DESC
LIMIT $1::integer;

-- name: seq_at
-- The number before the first row recorded at an instant or later; the last one if none was.
SELECT coalesce(
    (
        SELECT min(o.seq) - 1
        FROM record.outbox AS o
        WHERE o.recorded_at >= $1::timestamptz
    ),
    (SELECT max(o.seq) FROM record.outbox AS o),
    0
);

-- name: versions_told
-- The documents of records at revisions, present or past. {table}: of the type.
SELECT
    k.id,
    k.revision,
    coalesce(r.body, h.body) AS body
FROM unnest($1::text[], $2::smallint[], $3::bigint[]) AS k (id, bucket, revision)
LEFT JOIN record.{table} AS r ON k.id = r.id AND k.bucket = r.bucket AND k.revision = r.revision
LEFT JOIN record.history AS h ON k.id = h.id AND k.bucket = h.bucket AND k.revision = h.revision
WHERE coalesce(r.body, h.body) IS NOT NULL;

-- name: prune_outbox
-- Remove old rows that every active listener is past; a suspended one gets them as dead letters.
WITH gone AS (
    DELETE FROM record.outbox AS o
    USING (
        SELECT
            f.seq,
            f.bucket
        FROM record.outbox AS f
        ORDER BY f.seq
        LIMIT $2::integer
    ) AS first
    WHERE
        o.seq = first.seq AND o.bucket = first.bucket
        AND o.recorded_at < $1::timestamptz
        AND NOT EXISTS (
            SELECT FROM record.subscription AS s
            WHERE s.state = 'active' AND s.seq < o.seq
        )
    RETURNING
        o.seq, o.bucket, o.id, o.type, o.revision, o.event, o.recorded_at, o.others, o.xid
),

missed AS (
    INSERT INTO record.delivery (
        subscription, seq, bucket, id, type, revision, event, recorded_at, others, state, reason
    )
    SELECT
        s.id AS subscription,
        g.seq,
        g.bucket,
        g.id,
        g.type,
        g.revision,
        g.event,
        g.recorded_at,
        g.others,
        'dead',
        'It came while the subscription was suspended.'
    FROM gone AS g
    INNER JOIN record.subscription AS s ON g.type = ANY(s.record_types)
    WHERE
        s.state = 'suspended' AND g.seq > s.seq
        AND (s.since IS NULL OR NOT pg_visible_in_snapshot(g.xid, s.since))
    ON CONFLICT (subscription, seq, bucket) DO NOTHING
)

SELECT count(*) FROM gone;
