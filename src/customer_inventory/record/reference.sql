-- name: referrers
-- Who refers to a record, those whose type is among $3 first; at most $4.
SELECT
    l.other_type,
    l.other_id,
    l.other_type = ANY($3::text[]) AS is_readable
FROM record.link AS l
WHERE l.id = $1 AND l.bucket = $2 AND NOT l.outward
GROUP BY l.other_type, l.other_id
ORDER BY is_readable DESC, l.other_type, l.other_id
LIMIT $4;

-- name: hold_shared
-- Hold records that are to be referred to, so that nobody removes them. {table}: of the type.
SELECT r.id
FROM record.{table} AS r
INNER JOIN unnest($1::text[], $2::smallint[]) AS k (id, bucket)
    ON r.id = k.id AND r.bucket = k.bucket
WHERE TRUE{in_r}
ORDER BY r.id
FOR KEY SHARE OF r;

-- name: hold_origins
-- Hold those of a type ($3) that were merged into another, so that nobody erases them.
SELECT o.id
FROM record.origin AS o
INNER JOIN unnest($1::text[], $2::smallint[]) AS k (id, bucket)
    ON o.id = k.id AND o.bucket = k.bucket
WHERE o.type = $3
ORDER BY o.id
FOR KEY SHARE OF o;

-- name: hold_alone
-- Hold records to be removed, so that nobody begins to refer to them. {table}: of the type.
SELECT r.id
FROM record.{table} AS r
INNER JOIN unnest($1::text[], $2::smallint[]) AS k (id, bucket)
    ON r.id = k.id AND r.bucket = k.bucket
WHERE TRUE{in_r}
ORDER BY r.id
FOR UPDATE OF r;
