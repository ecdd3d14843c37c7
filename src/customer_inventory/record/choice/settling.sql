-- name: near_subjects
-- What is one with subjects, pair by pair: the parties of roles, the roles of parties ($3: their
-- types), and what was merged.
WITH party AS MATERIALIZED (
    SELECT
        l.id,
        l.path,
        l.role,
        l.other_id,
        l.other_bucket
    FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
    INNER JOIN record.link AS l ON k.id = l.id AND k.bucket = l.bucket
    WHERE l.outward AND l.path = 'engagedParty'
)

SELECT
    p.id,
    p.other_id
FROM party AS p
INNER JOIN record.link AS t
    ON
        p.other_id = t.id AND p.other_bucket = t.bucket AND p.path = t.path
        AND p.role = t.role AND p.id = t.other_id AND NOT t.outward
WHERE t.other_type = ANY($3::text[])
UNION ALL
SELECT
    l.id,
    l.other_id
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.link AS l ON k.id = l.id AND k.bucket = l.bucket
WHERE NOT l.outward AND l.path = 'engagedParty' AND l.other_type = ANY($3::text[])
UNION ALL
SELECT
    o.id,
    g.id AS other_id
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.origin AS o ON k.id = o.id AND k.bucket = o.bucket
INNER JOIN record.origin AS g ON o.root = g.root
WHERE g.id <> o.id;

-- name: subjects_named
-- Whom records name at some paths.
SELECT DISTINCT l.other_id AS id
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.link AS l ON k.id = l.id AND k.bucket = l.bucket
WHERE l.outward AND l.path = ANY($3::text[]);

-- name: hold_subjects
-- Let nobody else settle the choices of these subjects until the transaction ends.
INSERT INTO record.choice AS c (id, bucket, valid_from, valid_to, agreed, refused)
SELECT
    k.id,
    k.bucket,
    '-infinity',
    '-infinity',
    '{}',
    '{}'
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
ORDER BY k.id
ON CONFLICT (id, bucket, valid_from) DO UPDATE SET valid_to = '-infinity';

-- name: privacy_documents
-- The privacy documents ($3: types) that name each of some subjects, $4 of a subject at most.
WITH subject AS (
    SELECT
        s.id,
        s.bucket
    FROM unnest($1::text[], $2::smallint[]) AS s (id, bucket)
),

named AS (
    SELECT
        k.id AS subject,
        l.other_id,
        l.other_type,
        row_number() OVER (PARTITION BY k.id) AS number
    FROM subject AS k
    INNER JOIN record.link AS l ON k.id = l.id AND k.bucket = l.bucket
    WHERE NOT l.outward AND l.other_type = ANY($3::text[])
)

SELECT DISTINCT
    n.subject,
    n.other_id AS id,
    n.other_type AS type
FROM named AS n
WHERE n.number <= $4;

-- name: documents_of_type
-- Documents of one type. {table}: of the type.
SELECT
    r.id,
    r.body,
    r.recorded_at
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.{table} AS r ON k.id = r.id AND k.bucket = r.bucket;

-- name: kept_choices
-- What is kept under ids.
SELECT
    c.id,
    c.valid_from,
    c.valid_to,
    c.agreed,
    c.refused
FROM record.choice AS c
WHERE c.id = ANY($1::text[]) AND c.valid_to > '-infinity';

-- name: drop_choices
-- Forget what is kept under ids.
DELETE FROM record.choice AS c
WHERE c.id = ANY($1::text[]) AND c.valid_to > '-infinity';

-- name: keep_choices
-- Keep what holds of choices under ids, words with a bar between.
INSERT INTO record.choice (id, bucket, valid_from, valid_to, agreed, refused)
SELECT
    k.id,
    k.bucket,
    k.valid_from,
    k.valid_to,
    string_to_array(k.agreed, '|'),
    string_to_array(k.refused, '|')
FROM
    unnest(
        $1::text[], $2::smallint[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::text[]
    ) AS k (id, bucket, valid_from, valid_to, agreed, refused)
ON CONFLICT (id, bucket, valid_from) DO UPDATE
    SET valid_to = excluded.valid_to, agreed = excluded.agreed, refused = excluded.refused;

-- name: follow_created
-- What holds of the choices of a party holds of a role that it begins to play.
INSERT INTO record.choice AS k (id, bucket, valid_from, valid_to, agreed, refused)
SELECT
    c.id,
    c.bucket,
    x.valid_from,
    x.valid_to,
    x.agreed,
    x.refused
FROM change AS c
INNER JOIN done ON c.id = done.id AND c.bucket = done.bucket
INNER JOIN record.choice AS x ON c.subject_id = x.id
WHERE c.subject_id <> c.id AND x.valid_to > now()
ON CONFLICT (id, bucket, valid_from) DO UPDATE
    SET valid_to = excluded.valid_to, agreed = excluded.agreed, refused = excluded.refused;

-- name: follow_loaded
-- The same of roles that were loaded. {table}: of the type.
WITH loaded AS MATERIALIZED (
    SELECT
        r.id,
        r.bucket,
        r.subject_id
    FROM unnest($1::text[], $2::smallint[]) AS n (id, bucket)
    INNER JOIN record.{table} AS r ON n.id = r.id AND n.bucket = r.bucket
)

INSERT INTO record.choice AS k (id, bucket, valid_from, valid_to, agreed, refused)
SELECT
    r.id,
    r.bucket,
    x.valid_from,
    x.valid_to,
    x.agreed,
    x.refused
FROM loaded AS r
INNER JOIN record.choice AS x ON r.subject_id = x.id
WHERE r.subject_id <> r.id AND x.valid_to > now()
ON CONFLICT (id, bucket, valid_from) DO UPDATE
    SET valid_to = excluded.valid_to, agreed = excluded.agreed, refused = excluded.refused;

-- name: next_documents
-- Privacy documents of one type in the order of their ids, after one. {table}: of the type.
SELECT
    r.id,
    r.bucket
FROM record.{table} AS r
WHERE r.id > $1
ORDER BY r.id
LIMIT $2;

-- name: any_choice
-- Whether the choices of anybody are kept.
SELECT EXISTS(SELECT 1 FROM record.choice);
