-- name: known_records
-- Which of many records exist, and as what, and whether processing them for $3 is restricted.
-- {table}: of the type.
SELECT
    r.id,
    r.revision,
    r.body,
    r.recorded_at,
    r.process,
    EXISTS(
        SELECT FROM record.restricted AS x
        WHERE
            x.id = r.id AND x.bucket = r.bucket AND x.left_at IS NULL
            AND $3::text IS NOT NULL AND $3::text <> ALL(x.purposes)
    ) AS is_restricted
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.{table} AS r ON k.id = r.id AND k.bucket = r.bucket;

-- name: records_present
-- Which of many records (ids and buckets, with a space between) exist, and as what, but for those
-- of groups; whether process $3 has recorded them after $4. {table}: of the type.
SELECT
    r.id,
    r.body,
    r.process = $3 AND r.recorded_at >= $4 AS is_repeated
FROM
    unnest(string_to_array($1::text, ' '), string_to_array($2::text, ' ')::smallint[]) AS k (
        id, bucket
    )
INNER JOIN record.{table} AS r ON k.id = r.id AND k.bucket = r.bucket
WHERE
    (SELECT NOT EXISTS (SELECT 1 FROM record.origin))
    OR NOT EXISTS (
        SELECT FROM record.origin AS o
        WHERE o.id = r.id AND o.bucket = r.bucket
    );

-- name: ids_with_history
-- Which ids have a history: of records to be made, those of records that were removed before. A row
-- without an id says that something is restricted.
SELECT DISTINCT h.id
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.history AS h ON k.id = h.id AND k.bucket = h.bucket
UNION ALL
SELECT NULL
WHERE EXISTS (SELECT 1 FROM record.restricted);

-- name: restrict_loaded
-- Restrict what was made of restricted subjects, which are named at the first of the paths $3 that
-- names any; of an occurrence ($4) it is the subject kept in the row. {table}, {type}: its own. The
-- rows tell what was restricted: what a cluster counts is what was tried.
WITH made AS (
    SELECT
        r.id,
        r.bucket,
        r.subject_id
    FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
    INNER JOIN record.{table} AS r ON k.id = r.id AND k.bucket = r.bucket
),

named AS MATERIALIZED (
    SELECT
        m.id,
        m.bucket,
        l.other_id,
        array_position($3::text[], l.path) AS place
    FROM made AS m
    INNER JOIN record.link AS l ON m.id = l.id AND m.bucket = l.bucket
    WHERE l.outward AND l.path = ANY($3::text[]) AND (NOT $4::boolean OR l.other_id = m.subject_id)
),

owner AS MATERIALIZED (
    SELECT DISTINCT
        n.id,
        n.bucket,
        n.other_id
    FROM named AS n
    WHERE n.place = (
        SELECT min(f.place) FROM named AS f
        WHERE f.id = n.id
    )
),

owners AS (
    SELECT
        p.id,
        count(*) AS number
    FROM owner AS p
    GROUP BY p.id
)

INSERT INTO record.restricted (id, bucket, restriction, type, purposes, since)
SELECT
    o.id,
    o.bucket,
    x.restriction,
    '{type}',
    x.purposes,
    clock_timestamp()
FROM owner AS o
INNER JOIN owners AS n ON o.id = n.id
INNER JOIN record.restricted AS x ON o.other_id = x.id AND x.left_at IS NULL
GROUP BY o.id, o.bucket, n.number, x.restriction, x.purposes
HAVING count(*) = n.number
ON CONFLICT (id, bucket, restriction) DO NOTHING
RETURNING id;
