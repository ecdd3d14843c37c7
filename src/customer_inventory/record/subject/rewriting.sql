-- name: present_record
-- One record of a type. {table}: its own.
SELECT
    r.revision,
    r.body
FROM record.{table} AS r
WHERE r.id = $1 AND r.bucket = $2;

-- name: past_of_record
-- The superseded versions of a record that have a document.
SELECT
    h.revision,
    h.body
FROM record.history AS h
WHERE h.id = $1 AND h.bucket = $2 AND h.body IS NOT NULL
FOR UPDATE;

-- name: rewrite_past
-- Put another document in the place of a superseded one.
UPDATE record.history AS h
SET body = $4
WHERE h.id = $1 AND h.bucket = $2 AND h.revision = $3;

-- name: origin_of_record
-- What a merged record says itself.
SELECT
    o.body,
    o.facts
FROM record.origin AS o
WHERE o.id = $1 AND o.bucket = $2
FOR UPDATE;

-- name: rewrite_origin
-- Put something else in the place of what a merged record says itself.
UPDATE record.origin AS o
SET body = $3, facts = $4
WHERE o.id = $1 AND o.bucket = $2;
