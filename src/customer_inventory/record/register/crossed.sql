-- name: present
-- What {link} leads to is a record of {table} that is there. All here stands in queries of others:
-- noqa: disable=RF01
SELECT FROM record.{table} AS t
WHERE t.id = {link}.other_id AND t.bucket = {link}.other_bucket;

-- name: present_merged
-- Something at {link} leads to what is shown as a record of the type of {table} that is there.
SELECT
FROM record.origin AS o
INNER JOIN record.{table} AS t ON o.root = t.id
WHERE o.id = {link}.other_id AND o.bucket = {link}.other_bucket;

-- name: leading
-- A reference of {row} at one of the paths {paths} leads to what {there} says is there.
SELECT FROM record.link AS {link}
WHERE
    {link}.id = {row}.id AND {link}.bucket = {row}.bucket AND {link}.outward
    AND {link}.path = ANY({paths})
    AND ({there});

-- name: leading_nowhere
-- A reference of {row} at one of the paths {paths} leads to no record; {there} says that one is
-- there.
SELECT FROM record.link AS {link}
WHERE
    {link}.id = {row}.id AND {link}.bucket = {row}.bucket AND {link}.outward
    AND {link}.path = ANY({paths})
    AND length({link}.other_id) = 26 AND {link}.other_id ~ '^[0-9a-hjkmnp-tv-z]+$'
    AND NOT ({there});

-- name: names
-- What a record names at a path. {row}: its alias, {other}, {table}: what it names,
-- {also}: what is asked of that.
SELECT
FROM record.link AS {link}
INNER JOIN record.{table} AS {other}
    ON {link}.other_id = {other}.id AND {link}.other_bucket = {other}.bucket
WHERE
    {link}.id = {row}.id AND {link}.bucket = {row}.bucket AND {link}.outward
    AND {link}.path = ANY({paths}){also};

-- name: names_merged
-- What a record names at a path, or what that is shown as. {row}: its alias, {other}, {table}: what
-- it names, {also}: what is asked of that.
SELECT
FROM record.link AS {link}
INNER JOIN record.{table} AS {other}
    ON {other}.id = coalesce((
        SELECT o.root FROM record.origin AS o
        WHERE o.id = {link}.other_id AND o.bucket = {link}.other_bucket
    ), {link}.other_id)
WHERE
    {link}.id = {row}.id AND {link}.bucket = {row}.bucket AND {link}.outward
    AND {link}.path = ANY({paths}){also};

-- name: named_by
-- What names a record at a path. {row}: its alias, {other}, {table}: what names it,
-- {also}: what is asked of that.
SELECT
FROM record.link AS {link}
INNER JOIN record.{table} AS {other}
    ON {link}.other_id = {other}.id AND {link}.other_bucket = {other}.bucket
WHERE
    {link}.id = {row}.id AND {link}.bucket = {row}.bucket AND NOT {link}.outward
    AND {link}.path = ANY({paths}){also};

-- name: named_by_merged
-- What names a record, or one that is shown as it, at a path. {row}: its alias, {other}, {table}:
-- what names it, {also}: what is asked of that.
SELECT
FROM record.link AS {link}
INNER JOIN record.{table} AS {other}
    ON {link}.other_id = {other}.id AND {link}.other_bucket = {other}.bucket
WHERE
    {link}.id = ANY(
        ARRAY(
            SELECT o.id FROM record.origin AS o
            WHERE o.root = {row}.id
        ) || {row}.id
    )
    AND NOT {link}.outward AND {link}.path = ANY({paths}){also};

-- name: also_names
-- Other records of the type that name the same at a path. {row}: the record, {other}, {table}: the
-- others, {also}: what is asked of them.
SELECT
FROM record.link AS {link}
INNER JOIN record.link AS back_{link}
    ON
        {link}.other_id = back_{link}.id AND {link}.other_bucket = back_{link}.bucket
        AND NOT back_{link}.outward AND {link}.path = back_{link}.path
        AND {link}.id <> back_{link}.other_id
INNER JOIN record.{table} AS {other}
    ON back_{link}.other_id = {other}.id AND back_{link}.other_bucket = {other}.bucket
WHERE
    {link}.id = {row}.id AND {link}.bucket = {row}.bucket AND {link}.outward
    AND {link}.path = ANY({paths}){also};

-- name: another
-- Other records that share a key with one. {row}: its alias, {other}, {table}: the others, {paths}:
-- what the key is like, {also}: what is asked of them.
SELECT
FROM record.{table} AS {other}
WHERE
    {other}.keys && (
        SELECT array_agg(k.word)
        FROM record.{table} AS own, unnest(own.keys) AS k (word)
        WHERE own.id = {row}.id AND own.bucket = {row}.bucket AND k.word LIKE {paths}
    )
    AND {other}.id <> {row}.id{also};

-- name: coming_back
-- References of {row} at the path {path} lead back to it, all in one role.
WITH RECURSIVE up AS (
    SELECT
        l.other_id AS id,
        l.other_bucket AS bucket,
        l.role
    FROM record.link AS l
    WHERE l.id = {row}.id AND l.bucket = {row}.bucket AND l.outward AND l.path = {path}
    UNION
    SELECT
        l.other_id,
        l.other_bucket,
        l.role
    FROM up AS u
    INNER JOIN record.link AS l
        ON u.id = l.id AND u.bucket = l.bucket AND l.outward AND u.role = l.role
    WHERE l.path = {path}
)

SELECT FROM up AS u
WHERE u.id = {row}.id AND u.bucket = {row}.bucket;

-- name: misnaming
-- References at the place {place} of the document {document} call a record of a type otherwise than
-- it is called.
SELECT FROM jsonb_path_query({document}, {place}::jsonpath) AS o (x)
INNER JOIN record.{table} AS t ON t.id = o.x ->> 'id'
WHERE lower(o.x ->> 'name') <> lower(coalesce(t.body::jsonb ->> 'name', t.name));
