-- name: records
-- What an extract has of a part of the records of a type; {value} is what they are called.
SELECT
    t.id,
    t.bucket,
    t.subject_id,
    t.revision,
    t.valid_from,
    t.valid_to,
    t.recorded_at,
    t.process,
    t.body,
    {value} AS called
FROM record.{table} AS t
WHERE t.id > $1::text AND t.id <= $2::text
ORDER BY t.id;

-- name: links
-- References at some paths, by whom to whom.
SELECT
    l.id,
    l.path,
    l.role,
    l.other_id
FROM record.link AS l
WHERE l.outward AND l.path = ANY($1::text[]);

-- name: merged
-- Records that are shown as another, and as which.
SELECT
    o.id,
    o.root
FROM record.origin AS o;

-- name: keys_of_type
-- The keys of the records of a type that are like $1, by record.
SELECT
    t.id,
    k.word
FROM record.{table} AS t
CROSS JOIN unnest(t.keys) AS k (word)
WHERE k.word LIKE $1::text;
