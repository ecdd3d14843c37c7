-- name: unlike
-- Documents of a relation that are not held as they are given, and what is. {table}: of the type.
SELECT
    g.id,
    g.line,
    g.body AS given,
    coalesce(o.body, r.body)::text AS held
FROM ({relation}) AS g
LEFT JOIN record.{table} AS r ON g.id = r.id AND g.bucket = r.bucket
LEFT JOIN record.origin AS o ON g.id = o.id AND g.bucket = o.bucket
WHERE coalesce(o.body, r.body)::text IS DISTINCT FROM g.body;

-- name: held_of
-- What of a relation is held. {table}: of the type.
SELECT g.id
FROM ({relation}) AS g
LEFT JOIN record.{table} AS r ON g.id = r.id AND g.bucket = r.bucket
LEFT JOIN record.origin AS o ON g.id = o.id AND g.bucket = o.bucket
WHERE coalesce(r.id, o.id) IS NOT NULL;

-- name: said_of
-- What records say: of one of a group, what its own source said. {table}: of the type.
SELECT
    k.id,
    coalesce(o.body, r.body)::text AS body
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
LEFT JOIN record.{table} AS r ON k.id = r.id AND k.bucket = r.bucket
LEFT JOIN record.origin AS o ON k.id = o.id AND k.bucket = o.bucket
WHERE coalesce(o.id, r.id) IS NOT NULL;
