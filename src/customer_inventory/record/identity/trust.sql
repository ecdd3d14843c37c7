-- name: set_rank
-- Trust a source so far from now on, and keep who said so.
WITH ranked AS (
    INSERT INTO record.source_trust AS t (source, rank) VALUES ($1, $2)
    ON CONFLICT (source, element) DO UPDATE SET rank = excluded.rank
)

INSERT INTO record.trust_change (source, rank, process, person, purpose)
VALUES ($1, $2, $3, $4, $5)
RETURNING id;

-- name: elements_of
-- What is said of elements, of every source.
SELECT
    t.source,
    t.element,
    t.rank
FROM record.source_trust AS t
WHERE t.element <> '';

-- name: set_elements
-- Trust a source about these elements so far from now on, about others as the source itself.
WITH gone AS (
    DELETE FROM record.source_trust AS t
    WHERE t.source = $1 AND t.element <> '' AND t.element <> ALL($2::text[])
),

ranked AS (
    INSERT INTO record.source_trust AS t (source, element, rank)
    SELECT
        $1,
        e.element,
        e.rank
    FROM unnest($2::text[], $3::integer[]) AS e (element, rank)
    ON CONFLICT (source, element) DO UPDATE SET rank = excluded.rank
)

INSERT INTO record.trust_change (source, elements, process, person, purpose)
SELECT
    $1,
    coalesce(jsonb_object_agg(e.element, e.rank), '{}'),
    $4,
    $5,
    $6
FROM unnest($2::text[], $3::integer[]) AS e (element, rank)
RETURNING id;

-- name: list_trust
-- How far each source is trusted, since when, by whom, and how far what is shown has followed.
SELECT
    t.source,
    t.element,
    t.rank,
    c.id AS change,
    c.set_at,
    c.process,
    c.person,
    c.purpose,
    c.done,
    c.changed,
    c.ended_at
FROM record.source_trust AS t
LEFT JOIN LATERAL (
    SELECT l.*
    FROM record.trust_change AS l
    WHERE l.source = t.source AND (l.elements IS NULL) = (t.element = '')
    ORDER BY l.set_at DESC
    LIMIT 1
) AS c ON TRUE
ORDER BY t.element, t.rank DESC, t.source;

-- name: change_by_id
-- A change of a rank, and how far what is shown has followed.
SELECT
    c.source,
    c.rank,
    c.root,
    c.done,
    c.changed,
    c.ended_at
FROM record.trust_change AS c
WHERE c.id = $1;

-- name: next_roots
-- The next groups in the order of their roots.
SELECT
    o.root,
    min(o.type) AS type
FROM record.origin AS o
WHERE o.root > $1
GROUP BY o.root
ORDER BY o.root
LIMIT $2;

-- name: advance_change
-- What is shown has followed so far.
UPDATE record.trust_change AS c
SET
    root = $2,
    done = c.done + $3,
    changed = c.changed + $4,
    ended_at = CASE WHEN $5::boolean THEN clock_timestamp() END
WHERE c.id = $1;
