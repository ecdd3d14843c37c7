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

behind AS MATERIALIZED (
    SELECT
        w.id,
        b.segment
    FROM (SELECT DISTINCT n.id, n.bucket FROM named AS n) AS w
    INNER JOIN record.{table} AS t ON w.id = t.id AND w.bucket = t.bucket
    LEFT JOIN LATERAL (
        SELECT c.segment
        FROM record.customer AS c
        WHERE c.id = coalesce({customer}, t.subject_id) OR c.subject_id = t.subject_id
        ORDER BY c.id <> coalesce({customer}, t.subject_id), c.segment
        LIMIT 1
    ) AS b ON TRUE
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
)

SELECT
    (SELECT count(*) FROM record.{table}) AS looked_at,
    coalesce(array_agg(t.id ORDER BY t.id), '{{}}') AS ids,
    coalesce(array_agg(t.bucket ORDER BY t.id), '{{}}') AS buckets,
    coalesce(array_agg(t.revision ORDER BY t.id), '{{}}') AS revisions,
    coalesce(array_agg(t.recorded_at ORDER BY t.id), '{{}}') AS times,
    coalesce(array_agg(t.process ORDER BY t.id), '{{}}') AS processes
FROM named AS n
INNER JOIN record.{table} AS t ON n.id = t.id;

-- name: counted
-- How many records of a type a relation of another room names, by stratum and name.
SELECT
    b.stratum,
    b.name,
    count(DISTINCT t.id) AS records
FROM ({relation}) AS b
INNER JOIN record.{table} AS t ON b.id = t.id AND b.bucket = t.bucket
GROUP BY b.stratum, b.name;
