-- name: customers_named
-- Customers with a part of a name in theirs, nearest first.
SELECT
    r.id,
    r.name,
    r.status
FROM record.customer AS r
WHERE r.name ILIKE '%' || $1 || '%'
ORDER BY similarity(r.name, $2) DESC, r.name, r.id
LIMIT $3;
