-- name: relatives
-- Who is above a record ($3: upward) or below it at an instant: the nearest first, a page of them.
-- What was merged is walked through as what it is shown as. The offset keeps the walk a query of
-- its own.
WITH walked AS MATERIALIZED (
    SELECT i.*
    FROM (
        WITH RECURSIVE walk AS (
            SELECT
                $1::text AS id,
                $2::smallint AS bucket,
                NULL::text AS type,
                NULL::text AS from_id,
                NULL::text AS kind,
                0 AS level
            UNION
            SELECT
                coalesce(g.id, e.other_id),
                coalesce(g.bucket, e.other_bucket),
                e.other_type,
                w.id,
                e.kind,
                w.level + 1
            FROM walk AS w
            INNER JOIN LATERAL (
                SELECT
                    w.id,
                    w.bucket
                UNION ALL
                SELECT
                    m.id,
                    m.bucket
                FROM record.origin AS m
                WHERE m.root = w.id AND m.id <> w.id
            ) AS k ON TRUE
            INNER JOIN record.edge AS e ON k.id = e.id AND k.bucket = e.bucket
            LEFT JOIN record.origin AS o
                ON e.other_id = o.id AND e.other_bucket = o.bucket AND o.parent IS NOT NULL
            LEFT JOIN record.origin AS g ON o.root = g.id
            WHERE
                coalesce(g.id, e.other_id) <> w.id
                AND e.upward = $3 AND e.kind = ANY($4::text[]) AND e.other_type = ANY($5::text[])
                AND e.valid_from <= $6 AND e.valid_to > $6
                AND w.level < $7
                AND {shown}
        )

        SELECT w.*
        FROM walk AS w
        OFFSET 0
    ) AS i
),

-- Whoever is reached by several ways is there once, by the shortest.
node AS MATERIALIZED (
    SELECT DISTINCT ON (w.id)
        w.id,
        w.bucket,
        w.type,
        w.from_id,
        w.kind,
        w.level
    FROM walked AS w
    WHERE w.level > 0 AND w.id <> $1
    ORDER BY w.id, w.level, w.from_id
),

page AS MATERIALIZED (
    SELECT n.*
    FROM node AS n
    WHERE (n.level, n.id) > ($8::integer, $9::text)
    ORDER BY n.level, n.id
    LIMIT $10
),

called AS (
    {named}
)

SELECT
    p.id,
    p.type,
    p.from_id,
    p.kind,
    p.level,
    x.name,
    x.status,
    (SELECT count(*) FROM node) AS known
FROM page AS p
LEFT JOIN called AS x ON p.id = x.id
ORDER BY p.level, p.id;

-- name: one_of_tree
-- A record that can be in a tree, if it is there.
WITH page AS (
    SELECT
        $1::text AS id,
        $2::smallint AS bucket
),

called AS (
    {named}
)

SELECT
    x.id,
    x.type,
    x.name,
    x.status
FROM called AS x;

-- name: named_of_type
-- What a node is called: the records of one type on the page.
SELECT
    r.id,
    '{type}' AS type,
    r.name,
    r.status
FROM page AS k
INNER JOIN record.{table} AS r ON k.id = r.id AND k.bucket = r.bucket
WHERE {shown};

-- name: rolled_up
-- All that hangs on a record and on whoever is below it at an instant, by type and status.
WITH walked AS MATERIALIZED (
    SELECT i.*
    FROM (
        WITH RECURSIVE down AS (
            SELECT
                $1::text AS id,
                $2::smallint AS bucket
            UNION
            SELECT
                coalesce(g.id, e.other_id),
                coalesce(g.bucket, e.other_bucket)
            FROM down AS d
            INNER JOIN LATERAL (
                SELECT
                    d.id,
                    d.bucket
                UNION ALL
                SELECT
                    m.id,
                    m.bucket
                FROM record.origin AS m
                WHERE m.root = d.id AND m.id <> d.id
            ) AS k ON TRUE
            INNER JOIN record.edge AS e ON k.id = e.id AND k.bucket = e.bucket
            LEFT JOIN record.origin AS o
                ON e.other_id = o.id AND e.other_bucket = o.bucket AND o.parent IS NOT NULL
            LEFT JOIN record.origin AS g ON o.root = g.id
            WHERE
                NOT e.upward AND e.kind = ANY($3::text[]) AND e.other_type = ANY($4::text[])
                AND e.valid_from <= $5 AND e.valid_to > $5
                AND {shown}
        )

        SELECT d.*
        FROM down AS d
        OFFSET 0
    ) AS i
),

-- What was merged with one of them is referred to under its own id as before.
node AS MATERIALIZED (
    SELECT
        d.id,
        d.bucket
    FROM walked AS d
    UNION
    SELECT
        m.id,
        m.bucket
    FROM walked AS d
    INNER JOIN record.origin AS m ON d.id = m.root
),

-- Parties, and the customers that they are.
subject AS MATERIALIZED (
    SELECT
        d.id,
        d.bucket
    FROM node AS d
    UNION
    SELECT
        l.other_id,
        l.other_bucket
    FROM node AS d
    INNER JOIN record.link AS l ON d.id = l.id AND d.bucket = l.bucket
    WHERE
        NOT l.outward AND l.path = 'engagedParty' AND l.other_type = 'customer'
        AND 'customer' = ANY($4::text[])
),

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
    INNER JOIN record.origin AS m ON s.id = m.root
),

related AS MATERIALIZED (
    SELECT DISTINCT
        l.other_id AS id,
        l.other_bucket AS bucket,
        l.other_type AS type
    FROM known_as AS s
    INNER JOIN record.link AS l ON s.id = l.id AND s.bucket = l.bucket
    WHERE NOT l.outward AND l.other_type = ANY($6::text[])
    UNION ALL
    SELECT
        s.id,
        s.bucket,
        NULL
    FROM known_as AS s
)

SELECT
    NULL AS type,
    NULL AS status,
    count(*) AS records
FROM walked
{rolled};

-- name: rolled_up_of_type
-- The records of one type among what is rolled up, by status.
SELECT
    '{type}' AS type,
    r.{status} AS status,
    count(*) AS records
FROM related AS k
INNER JOIN record.{table} AS r ON k.id = r.id AND k.bucket = r.bucket
WHERE
    (k.type = '{type}' OR k.type IS NULL)
    AND '{type}' = ANY($4::text[] || $6::text[])
    AND (r.valid_from IS NULL OR r.valid_from <= $5)
    AND (r.valid_to IS NULL OR r.valid_to > $5)
    AND {shown}
GROUP BY r.{status};
