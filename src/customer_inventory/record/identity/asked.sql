-- name: ids_together
-- Every record of the groups that these records are of.
SELECT
    o.id AS asked,
    m.id
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.origin AS o ON k.id = o.id AND k.bucket = o.bucket
INNER JOIN record.origin AS m ON o.root = m.root
WHERE m.id <> o.id
ORDER BY o.id, m.id;
