-- name: namespaces_of
-- The namespaces of a source.
SELECT
    n.number,
    n.alias,
    n.record_type
FROM capture.namespace AS n
WHERE n.source = $1;

-- name: make_namespaces
-- Make namespaces of a source; somebody else may do so at the same time.
INSERT INTO capture.namespace (source, alias, record_type)
SELECT
    $1,
    n.alias,
    n.record_type
FROM unnest($2::text[], $3::text[]) AS n (alias, record_type)
ON CONFLICT DO NOTHING;

-- name: keep_brought
-- Keep that records of a namespace were brought: ids and buckets with a space between.
INSERT INTO capture.brought_lately (namespace, records, ids, buckets)
VALUES ($1, $2, string_to_array($3::text, ' '), string_to_array($4::text, ' ')::smallint[]);

-- name: namespaces_of_late
-- The namespaces of a source (all, if it is none) of which something was brought lately.
SELECT n.number
FROM capture.namespace AS n
WHERE
    ($1::text IS NULL OR n.source = $1)
    AND EXISTS (
        SELECT FROM capture.brought_lately AS l
        WHERE l.namespace = n.number
    )
ORDER BY n.number;

-- name: put_in_order
-- Give records of namespaces that were brought first, about $2 of them, a row each; tell how many
-- rows there were, whoever was quicker.
WITH first AS (
    SELECT
        l.number,
        sum(l.records) OVER (ORDER BY l.number) - l.records AS before
    FROM capture.brought_lately AS l
    WHERE l.namespace = ANY($1::integer[])
),

taken AS (
    DELETE FROM capture.brought_lately AS l
    USING first AS f
    WHERE l.number = f.number AND f.before < $2
    RETURNING l.namespace, l.ids, l.buckets
),

kept AS (
    INSERT INTO capture.brought (namespace, id, bucket)
    SELECT
        t.namespace,
        u.id,
        u.bucket
    FROM taken AS t
    CROSS JOIN LATERAL unnest(t.ids, t.buckets) AS u (id, bucket)
    ORDER BY t.namespace, u.id
    ON CONFLICT DO NOTHING
)

SELECT count(*) FROM first AS f
WHERE f.before < $2;
