-- name: documents_of_type
-- The documents of records of one type, of many records of many types.
SELECT
    k.type,
    r.id,
    r.body
FROM unnest($1::text[], $2::text[], $3::smallint[]) AS k (type, id, bucket)
INNER JOIN record.{table} AS r ON k.id = r.id AND k.bucket = r.bucket
WHERE k.type = '{type}' AND {shown};

-- name: customers_of_records
-- The customer that each of some records leads to: the one that refers to it, or that it refers to,
-- or that its party is. Of several, the closest; a merged one is shown as the one it was merged to.
WITH hit AS MATERIALIZED (
    SELECT
        h.id,
        h.bucket
    FROM unnest($1::text[], $2::smallint[]) AS h (id, bucket)
),

near AS MATERIALIZED (
    SELECT
        h.id AS hit_id,
        h.id,
        h.bucket,
        0 AS distance
    FROM hit AS h
    UNION ALL
    SELECT
        o.hit_id,
        o.other_id,
        o.other_bucket,
        2
    FROM (
        SELECT
            h.id AS hit_id,
            l.other_id,
            l.other_bucket,
            row_number() OVER (PARTITION BY h.id) AS number
        FROM hit AS h
        INNER JOIN record.link AS l ON h.id = l.id AND h.bucket = l.bucket
        WHERE l.outward
    ) AS o
    WHERE o.number <= 20
),

-- What refers to a party may name it by an id that was merged into it.
party AS MATERIALIZED (
    SELECT
        n.hit_id,
        n.id,
        n.bucket,
        n.distance
    FROM near AS n
    UNION ALL
    SELECT
        n.hit_id,
        o.id,
        o.bucket,
        n.distance
    FROM near AS n
    INNER JOIN record.origin AS o ON n.id = o.root AND n.id <> o.id
),

lead AS MATERIALIZED (
    SELECT
        p.hit_id,
        p.id,
        p.bucket,
        p.distance
    FROM party AS p
    UNION ALL
    SELECT
        i.hit_id,
        i.other_id,
        i.other_bucket,
        i.distance + 1
    FROM (
        SELECT
            p.hit_id,
            p.distance,
            l.other_id,
            l.other_bucket,
            row_number() OVER (PARTITION BY p.hit_id, p.id) AS number
        FROM party AS p
        INNER JOIN record.link AS l ON p.id = l.id AND p.bucket = l.bucket
        WHERE NOT l.outward AND l.path IN ('engagedParty', 'account', 'agreement')
    ) AS i
    WHERE i.number <= 20
)

SELECT DISTINCT ON (f.hit_id)
    f.hit_id,
    c.id,
    c.name
FROM lead AS f
LEFT JOIN record.origin AS o ON f.id = o.id AND f.bucket = o.bucket
INNER JOIN record.customer AS c ON coalesce(o.root, f.id) = c.id
WHERE {shown}
ORDER BY f.hit_id, f.distance, c.valid_from DESC NULLS LAST, c.id;
