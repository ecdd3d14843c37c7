-- name: page_of_records
-- One page of a list: found in parts over narrow columns, then the documents by primary key. Every
-- row says whether records of the type are withheld at all; an empty page is a row without an id.
WITH page AS MATERIALIZED (
    {pages}
)

SELECT
    r.id,
    r.revision,
    r.body,
    w.withheld{kept}
FROM (
    SELECT EXISTS(
        {withheld}
    ) AS withheld
) AS w
LEFT JOIN ( -- noqa: ST11
    page INNER JOIN record.{table} AS r ON page.id = r.id AND page.bucket = r.bucket
) ON TRUE
ORDER BY {order};

-- name: withheld
-- Records of a type that are withheld from who asks.
SELECT 1 FROM record.restricted AS x
WHERE
    x.type = '{type}' AND x.left_at IS NULL
    AND {purpose} IS NOT NULL AND {purpose} <> ALL(x.purposes);

-- name: withheld_in_scope
-- Those that would be shown otherwise, which a condition tells. They are joined, not looked for row
-- by row, so that it can be asked where records lie in shards. {table}: of the type.
SELECT 1 FROM record.restricted AS x
INNER JOIN record.{table} AS r ON x.id = r.id AND x.bucket = r.bucket
WHERE
    x.type = '{type}' AND x.left_at IS NULL
    AND {purpose} IS NOT NULL AND {purpose} <> ALL(x.purposes) AND {condition};

-- name: part_of_page
-- A part of a page: what one condition finds, with the keys of the order.
SELECT
    r.id,
    r.bucket{columns}
FROM record.{table} AS r
WHERE {condition}
ORDER BY {order}
LIMIT {limit} OFFSET {offset};

-- name: rest_of_page
-- A part of a page, as far as the parts before it left room: not even begun where they left none.
SELECT *
FROM (
    {pages}
) AS part
LIMIT {limit};

-- name: count_of_part
-- How much of a page a part filled.
SELECT count(*) FROM part_{number};

-- name: whole_part
-- What a part found.
SELECT * FROM part_{number};

-- name: count_of_records
-- How many records fulfil a condition, counted no further than the limit.
SELECT count(*)
FROM (
    SELECT r.id
    FROM record.{table} AS r
    WHERE {condition}
    LIMIT {limit}
) AS counted;

-- name: matching_records
-- What fulfils a condition: never run, its plan tells how many there may be.
SELECT
FROM record.{table} AS r
WHERE {condition};
