-- name: entries_naming
-- Entries that name one of these ids, latest first, from a place in time backwards. Sealed ones by
-- the index of their ids, id by id: an entry of a list or an import names thousands, and no other
-- index may be chosen for the span of time. Those not sealed yet are a second's worth, and are all
-- looked at.
WITH naming AS MATERIALIZED (
    SELECT
        l.number AS place,
        l.at,
        l.writer,
        l.writer_entry AS number,
        array_agg(DISTINCT k.id) AS named
    FROM unnest($1::text[]) AS k (id)
    INNER JOIN access.sealed AS l ON l.record_ids @> ARRAY[k.id]
    GROUP BY l.number, l.at, l.writer, l.writer_entry
),

latest AS MATERIALIZED (
    SELECT
        n.place,
        n.at,
        n.named
    FROM naming AS n
    WHERE n.at >= $2 AND n.at < $3
    ORDER BY n.at DESC, n.writer DESC, n.number DESC
    LIMIT $4
)

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
    e.named
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
        n.named
    FROM latest AS n
    INNER JOIN access.sealed AS l ON n.place = l.number AND n.at = l.at
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
