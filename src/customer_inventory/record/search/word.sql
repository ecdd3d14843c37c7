-- name: note_words
-- Put words into the dictionary, those that it lacks.
INSERT INTO record.word (word, bucket, near)
SELECT
    w.word,
    w.bucket,
    string_to_array(w.near, ' ')
FROM unnest($1::text[], $2::smallint[], $3::text[]) AS w (word, bucket, near)
ON CONFLICT (word, bucket) DO NOTHING;

-- name: words_like
-- The words that begin as those asked for, in order, and those that a few letters less make one.
WITH beginning AS (
    SELECT
        a.asked,
        k.word
    FROM unnest($1::text[]) AS a (asked)
    CROSS JOIN LATERAL ( -- noqa: ST05
        SELECT w.word
        FROM record.word AS w
        WHERE
            w.word >= a.asked COLLATE "C"
            AND w.word < (a.asked || '{') COLLATE "C"
        ORDER BY w.word
        LIMIT 32
    ) AS k
),

near AS (
    SELECT
        a.asked,
        k.word
    FROM unnest($1::text[], $2::text[]) AS a (asked, near)
    CROSS JOIN LATERAL ( -- noqa: ST05
        SELECT w.word
        FROM record.word AS w
        WHERE w.near && string_to_array(a.near, ' ')
        LIMIT 1000
    ) AS k
)

SELECT
    asked,
    word
FROM beginning
UNION
SELECT
    asked,
    word
FROM near;

-- name: forget_words
-- Take words out of the dictionary that no record is found by any more. {held}: in any type.
DELETE FROM record.word AS w
USING unnest($1::text[], $2::smallint[]) AS k (word, bucket)
WHERE w.word = k.word AND w.bucket = k.bucket{held};

-- name: records_with_word
-- The records of a type with a {word} in their names, as a part of `forget_words`.
SELECT FROM record.{table} AS r
WHERE r.keys @> ARRAY['n:' || {word}];

-- name: words_of_type
-- Those of some words that a record of a type is found by. {table}: of the type.
SELECT DISTINCT k.word
FROM unnest($1::text[]) AS k (word)
INNER JOIN record.{table} AS r ON r.keys @> ARRAY['n:' || k.word];

-- name: words_after
-- The words of the dictionary, in order, so many after one.
SELECT w.word
FROM record.word AS w
WHERE w.word > $1
ORDER BY w.word
LIMIT $2;

-- name: words_missing
-- The words of names of one type that the dictionary lacks.
WITH used AS MATERIALIZED (
    SELECT DISTINCT substr(k.key, 3) AS word
    FROM record.{table} AS r
    CROSS JOIN LATERAL unnest(r.keys) AS k (key)
    WHERE starts_with(k.key, 'n:')
)

SELECT u.word
FROM used AS u
WHERE
    NOT EXISTS (
        SELECT FROM record.word AS w
        WHERE w.word = u.word
    );
