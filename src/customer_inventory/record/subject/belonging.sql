-- name: records_naming
-- Records that name one of these, or did once.
SELECT
    l.other_id AS id,
    l.other_type AS type
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.link AS l ON k.id = l.id AND k.bucket = l.bucket
WHERE NOT l.outward
UNION
SELECT
    p.other_id,
    p.other_type
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.past_link AS p ON k.id = p.id AND k.bucket = p.bucket;

-- name: present_documents
-- Documents of records of one type. {table}: its own.
SELECT
    r.id,
    r.body
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.{table} AS r ON k.id = r.id AND k.bucket = r.bucket;

-- name: last_documents
-- The last documents that the history has of records.
SELECT DISTINCT ON (h.id)
    h.id,
    h.type,
    h.body
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.history AS h ON k.id = h.id AND k.bucket = h.bucket
WHERE h.body IS NOT NULL
ORDER BY h.id, h.revision DESC;

-- name: shown_with
-- Records merged with these (they are one subject), and those that once were.
SELECT
    g.id,
    g.type,
    TRUE AS is_one
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.origin AS o ON k.id = o.id AND k.bucket = o.bucket
INNER JOIN record.origin AS g ON o.root = g.root
UNION
SELECT
    m.shown,
    m.type,
    FALSE
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.membership AS m ON k.id = m.origin AND k.bucket = m.bucket;

-- name: past_documents
-- Every document that the history has of records.
SELECT
    h.id,
    h.type,
    h.body
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.history AS h ON k.id = h.id AND k.bucket = h.bucket
WHERE h.body IS NOT NULL;

-- name: kind_of_record
-- The type of a record, of one that was removed too; the parts look into every table.
WITH past AS (
    SELECT h.type
    FROM record.history AS h
    WHERE h.id = $1 AND h.bucket = $2 AND h.body IS NOT NULL
    ORDER BY h.revision DESC
    LIMIT 1
)

SELECT k.type
FROM (
    SELECT p.type
    FROM past AS p
    {parts}
) AS k
LIMIT 1;

-- name: kind_in_table
-- Whether a table has a record. {type}, {table}: of the type.
SELECT '{type}' AS type
FROM record.{table} AS r
WHERE r.id = $1 AND r.bucket = $2;
