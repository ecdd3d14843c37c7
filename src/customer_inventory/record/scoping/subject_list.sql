-- name: lists_filled
-- Those of some lists that have somebody on them, held until the transaction ends.
SELECT l.name
FROM record.subject_list AS l
WHERE
    l.name = ANY($1::text[])
    AND EXISTS (
        SELECT FROM record.listed AS m
        WHERE m.list = l.name
    )
FOR SHARE OF l;

-- name: make_list
-- Make a list.
INSERT INTO record.subject_list (name, title, changed_by, entered_by, reason)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (name) DO NOTHING
RETURNING name;

-- name: hold_list
-- Change a list: whoever does next waits, and whoever asks to be bound to it.
UPDATE record.subject_list
SET changed_at = now(), changed_by = $2, entered_by = $3, reason = $4
WHERE name = $1
RETURNING name;

-- name: put_on
-- Put subjects on a list; how many were not on it.
WITH put AS (
    INSERT INTO record.listed (id, bucket, list)
    SELECT
        k.id,
        k.bucket,
        $1
    FROM unnest($2::text[], $3::smallint[]) AS k (id, bucket)
    ON CONFLICT (id, bucket, list) DO NOTHING
    RETURNING id
)

SELECT count(*) FROM put;

-- name: take_off
-- Take subjects off a list; how many were on it.
WITH gone AS (
    DELETE FROM record.listed AS m
    USING unnest($2::text[], $3::smallint[]) AS k (id, bucket)
    WHERE m.id = k.id AND m.bucket = k.bucket AND m.list = $1
    RETURNING m.id
)

SELECT count(*) FROM gone;

-- name: empty_list
-- Take everybody off a list.
DELETE FROM record.listed AS m
WHERE m.list = $1;

-- name: drop_list
-- Remove a list that nobody is on.
DELETE FROM record.subject_list AS l
WHERE l.name = $1;

-- name: keep_change
-- What became of a list.
INSERT INTO record.subject_list_change (
    list, change, added, removed, changed_by, entered_by, reason
)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: members
-- How many are on a list, counted to a limit.
SELECT count(*)
FROM (
    SELECT FROM record.listed AS m
    WHERE m.list = $1
    LIMIT $2
) AS counted;

-- name: lists
-- All lists, or the one of a name, with how many are on each.
SELECT
    l.name,
    l.title,
    (
        SELECT count(*) FROM record.listed AS m
        WHERE m.list = l.name
    ) AS members,
    l.made_at,
    l.changed_at,
    l.changed_by,
    l.reason
FROM record.subject_list AS l
WHERE $1::text IS NULL OR l.name = $1
ORDER BY l.name;

-- name: changes
-- What became of a list, latest first.
SELECT
    c.change,
    c.added,
    c.removed,
    c.changed_at,
    c.changed_by,
    c.entered_by,
    c.reason
FROM record.subject_list_change AS c
WHERE c.list = $1
ORDER BY c.number DESC
LIMIT $2;

-- name: page_of_list
-- Who is on a list, by id, after an id.
SELECT m.id
FROM record.listed AS m
WHERE m.list = $1 AND m.id > $2
ORDER BY m.id
LIMIT $3;
