-- name: around_customer
-- A customer and all that hangs on it, from the links; the parts are one per type.
WITH customer AS MATERIALIZED (
    SELECT
        r.id,
        r.bucket,
        r.body
    FROM record.customer AS r
    WHERE r.id = $1 AND r.bucket = $2 AND {shown}
),

subject AS MATERIALIZED (
    SELECT
        id,
        bucket
    FROM customer
    UNION
    SELECT
        l.other_id,
        l.other_bucket
    FROM record.link AS l
    INNER JOIN customer AS c ON l.id = c.id AND l.bucket = c.bucket
    WHERE l.outward{in_l} AND l.path IN ('engagedParty', 'account', 'agreement')
),

-- What was merged with a subject is referred to under its own id as before.
known_as AS MATERIALIZED (
    SELECT
        s.id,
        s.bucket
    FROM subject AS s
    UNION
    SELECT
        m.id,
        m.bucket
    FROM subject AS s
    INNER JOIN record.origin AS o ON s.id = o.id AND s.bucket = o.bucket
    INNER JOIN record.origin AS m ON o.root = m.root
),

-- What refers to a subject says its own type; a subject is looked for in every table. Whatever is
-- both, or refers to several, is one.
related AS MATERIALIZED (
    SELECT
        k.id,
        k.bucket,
        min(k.type) AS type
    FROM (
        SELECT
            l.other_id AS id,
            l.other_bucket AS bucket,
            l.other_type AS type
        FROM record.link AS l
        INNER JOIN known_as AS s ON l.id = s.id AND l.bucket = s.bucket
        WHERE NOT l.outward{in_l}
        UNION ALL
        SELECT
            s.id,
            s.bucket,
            NULL
        FROM known_as AS s
    ) AS k
    GROUP BY k.id, k.bucket
)

SELECT
    'customer' AS type,
    id,
    body,
    1::bigint AS known
FROM customer
{parts};

-- name: part_of_customer
-- The records of one type around a customer: the latest by validity, and how many there are.
SELECT * FROM (
    SELECT
        '{type}' AS type,
        r.id,
        r.body,
        count(*) OVER () AS known
    FROM related AS k
    INNER JOIN record.{table} AS r ON k.id = r.id AND k.bucket = r.bucket
    WHERE (k.type IS NULL OR k.type = '{type}') AND {shown}{in_r}
    ORDER BY r.valid_from DESC NULLS LAST, r.id
    LIMIT $3
) AS {table}_part;

-- name: known_as
-- What of a customer others refer to: itself, its party, accounts and agreements, by any id that
-- they were merged with.
WITH subject AS (
    SELECT
        $1::text AS id,
        $2::smallint AS bucket
    UNION
    SELECT
        l.other_id,
        l.other_bucket
    FROM record.link AS l
    WHERE
        l.id = $1 AND l.bucket = $2 AND l.outward
        AND l.path IN ('engagedParty', 'account', 'agreement')
)

SELECT
    s.id,
    s.bucket
FROM subject AS s
UNION
SELECT
    m.id,
    m.bucket
FROM subject AS s
INNER JOIN record.origin AS o ON s.id = o.id AND s.bucket = o.bucket
INNER JOIN record.origin AS m ON o.root = m.root;

-- name: buckets_referring
-- The buckets of what refers to some records.
SELECT DISTINCT l.other_bucket AS bucket
FROM record.link AS l
WHERE l.id = ANY($1::text[]) AND l.bucket = ANY($2::smallint[]) AND NOT l.outward;
