-- name: entries_naming
-- Entries that name one of these ids, latest first, from a place in time backwards. Sealed ones by
-- the index of their ids; those not sealed yet are a second's worth, and are all looked at.
SELECT
    e.at,
    e.process,
    e.person,
    e.purpose,
    e.operation,
    e.record_type,
    e.decision,
    e.status,
    e.source,
    e.groups,
    e.named,
    e.writer,
    e.number
FROM (
    SELECT
        l.at,
        l.process,
        l.person,
        l.purpose,
        l.operation,
        l.record_type,
        l.decision,
        l.status::integer AS status,
        l.source,
        to_json(l.groups) AS groups,
        l.writer,
        l.writer_entry AS number,
        array(
            SELECT i.id FROM unnest(l.record_ids) AS i (id)
            WHERE i.id = any($1::text[])
        ) AS named
    FROM access.sealed AS l
    WHERE l.record_ids && $1::text[] AND l.at >= $2 AND l.at < $3
    UNION ALL
    SELECT
        u.at,
        u.process,
        u.person,
        u.purpose,
        u.operation,
        u.record_type,
        u.decision,
        u.status,
        u.source,
        u.groups,
        u.writer,
        u.number,
        array(
            SELECT i.id FROM json_array_elements_text(u.record_ids) AS i (id)
            WHERE i.id = any($1::text[])
        ) AS named
    FROM access.entry AS u
    WHERE
        u.place IS NULL
        AND u.at >= $2
        AND u.at < $3
        AND EXISTS (
            SELECT FROM json_array_elements_text(u.record_ids) AS i (id)
            WHERE i.id = any($1::text[])
        )
) AS e
ORDER BY e.at DESC, e.writer DESC, e.number DESC
LIMIT $4;
