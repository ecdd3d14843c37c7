-- name: candidates_of_type
-- Some records of one type that have a key of every group.
SELECT
    '{type}' AS type,
    r.id,
    r.bucket,
    r.keys
FROM record.{table} AS r
WHERE {condition} AND {shown}
LIMIT {limit};

-- name: common_candidates_of_type
-- The same where the keys are so common that the first records are looked at instead of the index:
-- so many pages of the table, and no more.
SELECT
    '{type}' AS type,
    r.id,
    r.bucket,
    r.keys
FROM record.{table} AS r
WHERE r.ctid < '({block},0)'::tid AND {condition} AND {shown}
LIMIT {limit};

-- name: candidate_by_id
-- The record of one type with an id, if it is in scope.
SELECT
    '{type}' AS type,
    r.id,
    r.bucket,
    r.keys
FROM record.{table} AS r
WHERE '{type}' = ANY($1::text[]) AND r.id = $2 AND r.bucket = $3 AND {shown};

-- name: documents_found
-- The documents of what a search ({candidates}) of one type finds, each once, and whether each is
-- shown. {table}: of the type.
WITH found AS (
    {candidates}
),

once AS (
    SELECT DISTINCT
        f.id,
        f.bucket
    FROM found AS f
)

SELECT
    r.id,
    r.body,
    {shown} AS is_shown
FROM once AS o
INNER JOIN record.{table} AS r ON o.id = r.id AND o.bucket = r.bucket;

-- name: root_of_record
-- The record that a merged one is shown as.
SELECT o.root
FROM record.origin AS o
WHERE o.id = $1 AND o.bucket = $2;
