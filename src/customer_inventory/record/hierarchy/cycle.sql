-- name: hold_the_trees
-- One transaction at a time adds edges.
SELECT pg_advisory_xact_lock(hashtextextended('record.edge', 0));

-- name: ways_back
-- From each new edge upwards, as long as all edges of the way hold at one time: does it lead back?
WITH RECURSIVE up AS (
    SELECT
        n.place,
        n.child_id AS origin,
        n.parent_id AS id,
        n.parent_bucket AS bucket,
        n.kind,
        coalesce(n.valid_from, '-infinity') AS valid_from,
        coalesce(n.valid_to, 'infinity') AS valid_to,
        1 AS level
    FROM
        unnest(
            $1::text[], $2::text[], $3::smallint[], $4::text[],
            $5::timestamptz[], $6::timestamptz[]
        )
        WITH ORDINALITY AS n (
            child_id, parent_id, parent_bucket, kind, valid_from, valid_to, place
        )
    UNION
    SELECT
        u.place,
        u.origin,
        e.other_id,
        e.other_bucket,
        u.kind,
        greatest(u.valid_from, e.valid_from),
        least(u.valid_to, e.valid_to),
        u.level + 1
    FROM up AS u
    INNER JOIN record.edge AS e ON u.id = e.id AND u.bucket = e.bucket
    WHERE
        e.upward AND e.kind = u.kind
        AND u.id <> u.origin AND u.level <= $7
        AND greatest(u.valid_from, e.valid_from) < least(u.valid_to, e.valid_to)
)

SELECT
    u.place,
    u.id = u.origin AS is_back
FROM up AS u
WHERE u.id = u.origin OR u.level > $7
ORDER BY u.id = u.origin DESC, u.place
LIMIT 1;
