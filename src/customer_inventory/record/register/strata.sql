-- name: strata
-- How many records of a type there are, by segment of the customer behind and process that wrote.
WITH behind AS (
    SELECT
        c.id AS subject_id,
        c.segment
    FROM record.customer AS c
    UNION ALL
    SELECT
        c.subject_id,
        min(c.segment) AS segment
    FROM record.customer AS c
    GROUP BY c.subject_id
)

SELECT
    coalesce(b.segment, 'unknown') AS segment,
    t.process,
    count(*) AS records
FROM record.{table} AS t
LEFT JOIN behind AS b ON b.subject_id = coalesce({customer}, t.subject_id)
GROUP BY b.segment, t.process;

-- name: segments
-- How many of these records, named with what they are counted by, are of which segment; each record
-- is looked at once, however often it is named.
WITH named AS MATERIALIZED (
    SELECT n.*
    FROM unnest($1::text[], $2::smallint[], $3::text[]) AS n (id, bucket, word)
),

subject AS MATERIALIZED (
    SELECT
        t.id,
        t.subject_id,
        coalesce({customer}, t.subject_id) AS customer_id
    FROM (SELECT DISTINCT n.id, n.bucket FROM named AS n) AS w
    INNER JOIN record.{table} AS t ON w.id = t.id AND w.bucket = t.bucket
),

customer AS (
    SELECT
        s.id,
        c.segment,
        0 AS distance
    FROM subject AS s
    INNER JOIN record.customer AS c ON s.customer_id = c.id
    UNION ALL
    SELECT
        s.id,
        c.segment,
        1
    FROM subject AS s
    INNER JOIN record.customer AS c ON s.subject_id = c.subject_id
),

nearest AS MATERIALIZED (
    SELECT DISTINCT ON (c.id)
        c.id,
        c.segment
    FROM customer AS c
    ORDER BY c.id, c.distance, c.segment
),

behind AS MATERIALIZED (
    SELECT
        s.id,
        n.segment
    FROM subject AS s
    LEFT JOIN nearest AS n ON s.id = n.id
)

SELECT
    n.word,
    coalesce(b.segment, 'unknown') AS segment,
    count(*) AS records
FROM named AS n
INNER JOIN behind AS b ON n.id = b.id
GROUP BY n.word, b.segment;

-- name: shares
-- How many records of a type have which value in a column; of many values the most frequent.
SELECT
    coalesce(t.{status}, '') AS name,
    count(*) AS records
FROM record.{table} AS t
GROUP BY t.{status}
ORDER BY records DESC
LIMIT 200;

-- name: repeated
-- Records of a type that have a value at a path which another has as well.
WITH told AS (
    SELECT
        t.id,
        v.x
    FROM record.{table} AS t
    CROSS JOIN LATERAL jsonb_path_query(t.body::jsonb, $1::text::jsonpath) AS v (x)
    WHERE jsonb_typeof(v.x) <> 'null'
),

several AS (
    SELECT o.x
    FROM told AS o
    GROUP BY o.x
    HAVING count(DISTINCT o.id) > 1
),

named AS (
    SELECT DISTINCT o.id
    FROM told AS o
    INNER JOIN several AS s ON o.x = s.x
),

every AS MATERIALIZED (
    SELECT count(*) AS looked_at FROM record.{table}
),

listed AS MATERIALIZED (
    SELECT
        t.id,
        t.bucket,
        t.revision,
        t.recorded_at,
        t.process
    FROM named AS n
    INNER JOIN record.{table} AS t ON n.id = t.id
)

SELECT
    e.looked_at,
    array_remove(array_agg(t.id ORDER BY t.id), NULL) AS ids,
    array_remove(array_agg(t.bucket ORDER BY t.id), NULL) AS buckets,
    array_remove(array_agg(t.revision ORDER BY t.id), NULL) AS revisions,
    array_remove(array_agg(t.recorded_at ORDER BY t.id), NULL) AS times,
    array_remove(array_agg(t.process ORDER BY t.id), NULL) AS processes
FROM every AS e
LEFT JOIN listed AS t ON TRUE
GROUP BY e.looked_at;

-- name: counted
-- How many records of a type a relation of another room names, by stratum and name.
SELECT
    b.stratum,
    b.name,
    count(DISTINCT t.id) AS records
FROM ({relation}) AS b
INNER JOIN record.{table} AS t ON b.id = t.id AND b.bucket = t.bucket
GROUP BY b.stratum, b.name;
