-- name: versions_known_at
-- The versions of a type that were held at an instant ($1) and are shown for a purpose ($2). What
-- a merged record says while another is shown for it was not shown. {table}, {type}: of the type.
SELECT
    t.id,
    t.bucket,
    t.revision,
    t.body
FROM record.{table} AS t
WHERE t.recorded_at <= $1::timestamptz AND {shown}
UNION ALL
SELECT
    h.id,
    h.bucket,
    h.revision,
    h.body
FROM record.history AS h
WHERE
    h.type = '{type}'
    AND h.recorded_from <= $1::timestamptz AND h.recorded_to > $1::timestamptz
    AND h.body IS NOT NULL
    AND {shown_then}
    AND NOT (
        h.operation = 'contribute'
        AND EXISTS (
            SELECT FROM record.membership AS m
            WHERE
                m.origin = h.id AND m.bucket = h.bucket
                AND m.joined_at <= $1::timestamptz
                AND (m.left_at IS NULL OR m.left_at > $1::timestamptz)
        )
    );

-- name: page_known_at
-- A page of the versions that were held at an instant. {versions}: those of the type.
SELECT
    r.id,
    r.revision,
    r.body
FROM ({versions}) AS r
WHERE {condition}
ORDER BY {order}
LIMIT {limit} OFFSET {offset};

-- name: count_known_at
-- How many versions that were held at an instant fulfil a condition, counted to the limit.
SELECT count(*)
FROM (
    SELECT r.id
    FROM ({versions}) AS r
    WHERE {condition}
    LIMIT {limit}
) AS counted;
