-- name: sealed_page
-- Sealed entries before a place, latest first, of a span of time and for a purpose or by a person.
-- {condition}: what else they are of, by $7.
SELECT
    l.number,
    l.at,
    l.written_at,
    l.writer,
    l.writer_entry,
    l.process,
    l.person,
    l.purpose,
    l.operation,
    l.record_type,
    l.record_ids,
    l.record_count,
    l.status,
    l.decision,
    l.bytes,
    l.source,
    l.rule,
    l.groups,
    l.reason,
    l.salt,
    l.opened,
    l.form,
    l.leaf
FROM access.sealed AS l
WHERE
    l.number < $1
    AND l.at >= $2
    AND l.at < $3
    AND ($5::text IS NULL OR l.purpose = $5)
    AND ($6::text IS NULL OR l.person = $6)
    AND {condition}
ORDER BY l.number DESC
LIMIT $4;

-- name: places_naming
-- The places of sealed entries that name one of the ids $7, by the index of ids alone: as a part of
-- `sealed_page`.
SELECT s.number
FROM unnest($7::text[]) AS k (id)
INNER JOIN access.sealed AS s ON s.record_ids @> ARRAY[k.id];

-- name: waiting_page
-- Entries that are not sealed yet, latest first: a second's worth.
SELECT
    u.at,
    u.process,
    u.person,
    u.purpose,
    u.operation,
    u.record_type,
    array(SELECT json_array_elements_text(u.record_ids)) AS record_ids,
    u.record_count,
    u.status,
    u.decision,
    u.source,
    u.rule,
    u.reason
FROM access.entry AS u
WHERE
    u.place IS NULL
    AND u.at >= $1
    AND u.at < $2
    AND ($4::text IS NULL OR u.purpose = $4)
    AND ($5::text IS NULL OR u.person = $5)
    AND ($6::text IS NULL OR u.process = $6)
    AND (
        $7::text[] IS NULL
        OR EXISTS (
            SELECT FROM json_array_elements_text(u.record_ids) AS i (id)
            WHERE i.id = ANY($7)
        )
    )
ORDER BY u.at DESC, u.seq DESC, u.number DESC
LIMIT $3;

-- name: stand
-- How far the log is sealed: its latest checkpoint, and the largest that lies outside.
SELECT
    max(c.size) AS size,
    max(c.signed_at) AS signed_at,
    max(c.size) FILTER (WHERE c.anchored_at IS NOT NULL) AS anchored
FROM access.checkpoint AS c;
