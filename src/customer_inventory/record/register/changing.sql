-- name: note_newest
-- The newest number of the outbox, and an id higher than that of any transaction that drew one.
SELECT
    coalesce(max(o.seq), 0) AS seq,
    pg_current_xact_id()::text::bigint AS xid
FROM record.outbox AS o;

-- name: snapshot
-- What is committed now, and the lowest transaction id that is still running.
SELECT
    pg_current_snapshot()::text AS snapshot,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest;

-- name: is_kept
-- Whether the outbox still has what is not after a number, and so all that is after it.
SELECT coalesce(min(o.seq) <= $1, FALSE)
FROM record.outbox AS o;

-- name: changed_since
-- Records of a type (NULL: of any) that changed since a mark, and how many more of them there are.
SELECT
    coalesce(array_agg(DISTINCT o.id), '{}') AS ids,
    coalesce(
        sum(CASE o.event WHEN 'create' THEN 1 WHEN 'delete' THEN -1 ELSE 0 END), 0
    )::bigint AS more
FROM record.outbox AS o
WHERE
    o.seq > $1 AND NOT pg_visible_in_snapshot(o.xid, $2::text::pg_snapshot)
    AND ($3::text IS NULL OR o.type = $3);

-- name: neighbours
-- What these records refer to or are referred to by, or did or were; what is of the catalogue ($2)
-- leads no further.
SELECT l.other_id AS id
FROM record.link AS l
WHERE l.id = ANY($1::text[]) AND l.other_type <> ALL($2::text[])
UNION
SELECT p.other_id
FROM record.past_link AS p
WHERE p.id = ANY($1::text[]) AND p.other_type <> ALL($2::text[])
UNION
SELECT p.id
FROM record.past_link AS p
WHERE p.other_id = ANY($1::text[]);

-- name: of_type
-- Records of a type among these, and those that these refer to or are referred to by, or did or
-- were.
SELECT t.id
FROM record.{table} AS t
WHERE t.id = ANY($1::text[])
UNION
SELECT t.id
FROM record.link AS l
INNER JOIN record.{table} AS t ON l.other_id = t.id
WHERE l.id = ANY($1::text[]) AND (l.outward OR l.other_type = $2)
UNION
SELECT t.id
FROM record.past_link AS p
INNER JOIN record.{table} AS t ON p.other_id = t.id
WHERE p.id = ANY($1::text[])
UNION
SELECT t.id
FROM record.past_link AS p
INNER JOIN record.{table} AS t ON p.id = t.id
WHERE p.other_id = ANY($1::text[]);

-- name: given
-- Who gave attributes their present values, and when: the first version that has had them since.
SELECT
    w.id,
    w.attribute,
    coalesce(g.process, r.process) AS process,
    coalesce(g.recorded_from, r.recorded_at) AS given_at
FROM unnest($1::text[], $2::smallint[], $3::text[]) AS w (id, bucket, attribute)
INNER JOIN record.{table} AS r ON w.id = r.id AND w.bucket = r.bucket
LEFT JOIN LATERAL (
    SELECT max(h.revision) AS revision
    FROM record.history AS h
    WHERE
        h.id = r.id AND h.bucket = r.bucket
        AND (h.body::jsonb -> w.attribute) IS DISTINCT FROM (r.body::jsonb -> w.attribute)
) AS other ON TRUE
LEFT JOIN LATERAL (
    SELECT
        h.process,
        h.recorded_from
    FROM record.history AS h
    WHERE h.id = r.id AND h.bucket = r.bucket AND h.revision > coalesce(other.revision, 0)
    ORDER BY h.revision
    LIMIT 1
) AS g ON TRUE;
