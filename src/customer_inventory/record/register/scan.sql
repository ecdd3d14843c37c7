-- name: records_after
-- The next records of a type in the order of their ids.
SELECT
    t.id,
    t.subject_id,
    t.process,
    t.body
FROM record.{table} AS t
WHERE t.id > $1
ORDER BY t.id
LIMIT $2;

-- name: segments_of
-- The segment of the customer that a subject is, or is behind.
SELECT DISTINCT ON (k.subject_id)
    k.subject_id,
    h.said ->> 'value' AS segment
FROM (
    SELECT
        s.id AS subject_id,
        s.id AS customer
    FROM unnest($1::text[]) AS s (id)
    UNION ALL
    SELECT
        l.id AS subject_id,
        l.other_id AS customer
    FROM record.link AS l
    WHERE l.id = ANY($1::text[]) AND NOT l.outward AND l.other_type = 'customer'
) AS k
INNER JOIN record.customer AS c ON k.customer = c.id
CROSS JOIN
    LATERAL json_array_elements(
        CASE
            WHEN json_typeof(c.body -> 'characteristic') = 'array' THEN c.body -> 'characteristic'
            ELSE '[]'
        END
    ) AS h (said)
WHERE h.said ->> 'name' = $2
ORDER BY k.subject_id, c.id;
