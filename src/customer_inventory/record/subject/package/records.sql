-- name: naming_others
-- At which paths and in which roles other records name these.
SELECT DISTINCT
    l.other_id AS id,
    l.path,
    l.role
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.link AS l ON k.id = l.id AND k.bucket = l.bucket
WHERE NOT l.outward AND l.other_id = any($3::text[])
ORDER BY l.other_id, l.path, l.role;

-- name: own_words
-- What records that were merged say themselves.
SELECT
    o.id,
    o.type,
    o.root,
    o.body
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.origin AS o ON k.id = o.id AND k.bucket = o.bucket
ORDER BY o.type, o.id;

-- name: shown_as
-- As what records were shown, and when.
SELECT
    m.origin,
    m.type,
    m.shown,
    m.joined_at,
    m.joined_by,
    m.left_at,
    m.left_by
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.membership AS m ON k.id = m.origin AND k.bucket = m.bucket
ORDER BY m.joined_at, m.origin;

-- name: transfers_with
-- Transfers of records, to or from them.
SELECT
    t.record_id,
    t.record_type,
    t.from_id,
    t.to_id,
    t.kind,
    t.effective_at,
    t.process
FROM record.transfer AS t
WHERE t.record_id = any($1::text[]) OR t.from_id = any($1::text[]) OR t.to_id = any($1::text[])
ORDER BY t.recorded_at, t.id;

-- name: requests_of
-- What a subject asked for.
SELECT
    r.id,
    r.kind,
    r.state,
    r.received_at,
    r.due_at,
    r.ended_at
FROM record.subject_request AS r
WHERE r.subject_id = any($1::text[])
ORDER BY r.received_at, r.id;
