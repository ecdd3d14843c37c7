-- name: known_as
-- Under which ids some records were known at an instant: their own, those they were merged with.
WITH RECURSIVE known_as AS (
    SELECT unnest($1::text[]) AS id
    UNION
    SELECT CASE WHEN m.origin = k.id THEN m.shown ELSE m.origin END
    FROM known_as AS k
    INNER JOIN record.membership AS m ON k.id = m.origin OR k.id = m.shown
    WHERE m.joined_at <= $2 AND (m.left_at IS NULL OR m.left_at > $2)
)

SELECT k.id
FROM known_as AS k
ORDER BY k.id;

-- name: around_at
-- Whatever referred to some records at an instant, and these themselves, as all of it was then.
-- Candidates by links and past links; the documents of then decide.
WITH related AS MATERIALIZED (
    SELECT
        k.id,
        k.bucket,
        min(k.type) AS type
    FROM (
        SELECT
            l.other_id AS id,
            l.other_bucket AS bucket,
            l.other_type AS type
        FROM unnest($1::text[], $2::smallint[]) AS s (id, bucket)
        INNER JOIN record.link AS l ON s.id = l.id AND s.bucket = l.bucket
        WHERE NOT l.outward AND l.linked_at <= $3
        UNION ALL
        SELECT
            p.other_id,
            p.other_bucket,
            p.other_type
        FROM unnest($1::text[], $2::smallint[]) AS s (id, bucket)
        INNER JOIN record.past_link AS p ON s.id = p.id AND s.bucket = p.bucket
        WHERE p.linked_at <= $3 AND p.dropped_at > $3
        UNION ALL
        SELECT
            s.id,
            s.bucket,
            NULL
        FROM unnest($1::text[], $2::smallint[]) AS s (id, bucket)
    ) AS k
    GROUP BY k.id, k.bucket
    LIMIT $4
)

SELECT
    NULL AS type,
    count(*)::text AS id,
    NULL::json AS body
FROM related
UNION ALL
SELECT
    h.type,
    h.id,
    h.body
FROM related AS k
INNER JOIN record.history AS h ON k.id = h.id AND k.bucket = h.bucket
WHERE
    h.recorded_from <= $3 AND h.recorded_to > $3 AND h.body IS NOT NULL
    AND (k.type IS NULL OR k.type = h.type)
    AND {shown_then}
{then};

-- name: around_at_of_type
-- The records of one type that are as they were then.
SELECT
    '{type}' AS type,
    r.id,
    r.body
FROM related AS k
INNER JOIN record.{table} AS r ON k.id = r.id AND k.bucket = r.bucket
WHERE (k.type IS NULL OR k.type = '{type}') AND r.recorded_at <= $3 AND {shown};
