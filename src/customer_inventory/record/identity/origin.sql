-- name: hold_identity
-- Nobody merges or parts meanwhile; whoever merges waits until nobody writes to a group.
SELECT pg_advisory_xact_lock($1);

-- name: hold_identity_shared
-- Nobody merges or parts meanwhile; others may write to other groups.
SELECT pg_advisory_xact_lock_shared($1);

-- name: origins_of_roots
-- Every origin of these groups, held, in one order.
SELECT
    o.id,
    o.bucket,
    o.type,
    o.root,
    o.parent,
    o.body,
    o.facts
FROM record.origin AS o
WHERE o.root = ANY($1::text[])
ORDER BY o.id
FOR UPDATE;

-- name: origins_shown
-- Every origin of the group that a record belongs to.
SELECT
    m.id,
    m.body,
    m.facts,
    m.root
FROM record.origin AS o
INNER JOIN record.origin AS m ON o.root = m.root
WHERE o.id = $1 AND o.bucket = $2 AND o.type = $3
ORDER BY m.id;

-- name: origins_by_id
-- Those of these records that are, or were, of a group.
SELECT
    o.id,
    o.type,
    o.root,
    o.parent
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.origin AS o ON k.id = o.id AND k.bucket = o.bucket;

-- name: keep_origin
-- What an origin says itself.
INSERT INTO record.origin AS o (id, bucket, type, root, parent, body, facts)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (id, bucket) DO UPDATE SET
    root = excluded.root,
    parent = excluded.parent,
    body = excluded.body,
    facts = excluded.facts;

-- name: memberships
-- Since when an origin was shown as what, latest first.
SELECT
    m.origin,
    m.type,
    m.shown,
    m.joined_at,
    m.joined_by,
    m.left_at,
    m.left_by
FROM record.membership AS m
WHERE m.origin = $1 OR m.shown = $1
ORDER BY m.joined_at DESC
LIMIT 1000;

-- name: hold_records
-- The present versions of records (their buckets: $2), held. {table}: of the type.
SELECT
    r.id,
    r.revision,
    r.body
FROM record.{table} AS r
WHERE r.id = ANY($1::text[]) AND r.bucket = ANY($2::smallint[])
ORDER BY r.id
FOR UPDATE;

-- name: versions_traced
-- Versions of a record with who recorded them, newest first. {table}, {type}: its own.
SELECT
    r.body,
    r.process,
    r.recorded_at AS at
FROM record.{table} AS r
WHERE r.id = $1 AND r.bucket = $2
UNION ALL
SELECT
    h.body,
    h.process,
    h.recorded_from
FROM record.history AS h
WHERE h.id = $1 AND h.bucket = $2 AND h.type = '{type}' AND h.body IS NOT NULL
ORDER BY at DESC
LIMIT 1000;

-- name: ranks
-- How far sources are trusted, about elements of which more is said too.
SELECT
    t.source,
    t.element,
    t.rank
FROM record.source_trust AS t;

-- name: end_version
-- The last version in the history of an origin that is not shown has an end now.
UPDATE record.history AS h SET recorded_to = $3
WHERE h.id = $1 AND h.bucket = $2 AND h.recorded_to = 'infinity';

-- name: keep_version
-- What an origin says, while another is shown for it: in its own history.
INSERT INTO record.history (
    bucket, id, type, revision, operation, body,
    recorded_from, recorded_to, process, person, purpose
)
SELECT
    $2,
    $1,
    $3,
    max(p.revision) + 1,
    'contribute',
    $4,
    $5,
    'infinity',
    $6,
    $7,
    $8
FROM record.history AS p
WHERE p.id = $1 AND p.bucket = $2;
