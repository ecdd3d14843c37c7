-- name: facts_of_record
-- A record, and whether a process ($3) made it. {table}: of its type.
SELECT
    r.id,
    r.subject_id,
    r.body,
    (r.operation = 'create' AND r.process = $3)
    OR EXISTS (
        SELECT FROM record.history AS h
        WHERE h.id = r.id AND h.bucket = r.bucket AND h.operation = 'create' AND h.process = $3
    ) AS is_own
FROM record.{table} AS r
WHERE r.id = $1 AND r.bucket = $2;

-- name: facts_of_customers
-- The customers that a subject ($1) is or plays, by any id it was merged with, and whether a
-- process ($2) made each.
WITH subject AS (
    SELECT $1::text AS id
    UNION
    SELECT m.id
    FROM record.origin AS o
    INNER JOIN record.origin AS m ON o.root = m.root
    WHERE o.id = $1
),

customer AS (
    SELECT
        c.id,
        c.bucket
    FROM subject AS s
    INNER JOIN record.customer AS c ON s.id = c.id
    UNION
    SELECT
        c.id,
        c.bucket
    FROM subject AS s
    INNER JOIN record.customer AS c ON s.id = c.subject_id
)

SELECT
    c.id,
    c.subject_id,
    c.body,
    (c.operation = 'create' AND c.process = $2)
    OR EXISTS (
        SELECT FROM record.history AS h
        WHERE h.id = c.id AND h.bucket = c.bucket AND h.operation = 'create' AND h.process = $2
    ) AS is_own
FROM customer AS k
INNER JOIN record.customer AS c ON k.id = c.id AND k.bucket = c.bucket
ORDER BY c.id
LIMIT 100;

-- name: lists_of_subjects
-- The lists that some subjects are on.
SELECT
    m.id,
    m.list
FROM record.listed AS m
WHERE m.id = ANY($1::text[]);
