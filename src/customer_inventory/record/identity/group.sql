-- name: move_origins
-- These origins belong to another root now.
UPDATE record.origin AS o SET root = $3
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
WHERE o.id = k.id AND o.bucket = k.bucket;

-- name: set_parent
-- What an origin is merged into (nothing: it stands for itself).
UPDATE record.origin AS o SET parent = $3, root = $4
WHERE o.id = $1 AND o.bucket = $2;

-- name: begin_membership
-- The origin is shown as another since its record was hidden.
INSERT INTO record.membership (
    origin, bucket, type, shown, joined_at, joined_by, joined_by_person, purpose
)
SELECT
    h.id,
    h.bucket,
    $3,
    $4,
    h.recorded_from,
    $5,
    $6,
    $7
FROM record.history AS h
WHERE h.id = $1 AND h.bucket = $2
ORDER BY h.revision DESC
LIMIT 1;

-- name: end_of_history
-- Until when an origin has a history: since then its record is there again.
SELECT p.recorded_to
FROM record.history AS p
WHERE p.id = $1 AND p.bucket = $2
ORDER BY p.revision DESC
LIMIT 1;

-- name: end_membership
-- The origin stands for itself since then.
UPDATE record.membership AS m
SET left_at = $5, left_by = $3, left_by_person = $4
WHERE m.origin = $1 AND m.bucket = $2 AND m.left_at IS NULL;

-- name: tell
-- Tell of a merge or a parting, beside the change that it was. {table}, {type}: of the survivor,
-- which is read first, for itself: the transaction is that of the outbox, not of a shard.
WITH survivor AS MATERIALIZED (
    SELECT
        r.bucket,
        r.id,
        r.revision,
        r.recorded_at
    FROM record.{table} AS r
    WHERE r.id = $1 AND r.bucket = $2
)

INSERT INTO record.outbox (bucket, id, type, revision, event, recorded_at, others)
SELECT
    s.bucket,
    s.id,
    '{type}',
    s.revision,
    $3,
    s.recorded_at,
    $4
FROM survivor AS s;
