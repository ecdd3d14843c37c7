-- name: version_known_at
-- The version of a record that was held at an instant, if any. {table}, {type}: its own.
SELECT
    r.id,
    r.revision,
    r.body,
    r.operation
FROM record.{table} AS r
WHERE r.id = $1 AND r.bucket = $2 AND r.recorded_at <= $3 AND {shown}
UNION ALL
SELECT
    h.id,
    h.revision,
    h.body,
    h.operation
FROM record.history AS h
WHERE
    h.id = $1 AND h.bucket = $2 AND h.type = '{type}'
    AND h.recorded_from <= $3 AND h.recorded_to > $3
    AND h.body IS NOT NULL
    AND {shown_then}
LIMIT 1;

-- name: shown_as_at
-- What a record was shown as at an instant, through all that it was merged into; itself otherwise.
WITH RECURSIVE up AS (
    SELECT
        $1::text AS id,
        0 AS level
    UNION ALL
    SELECT
        m.shown,
        u.level + 1
    FROM up AS u
    INNER JOIN record.membership AS m ON u.id = m.origin
    WHERE m.type = $2 AND m.joined_at <= $3 AND (m.left_at IS NULL OR m.left_at > $3)
)

SELECT u.id
FROM up AS u
ORDER BY u.level DESC
LIMIT 1;

-- name: versions_of_record
-- Versions of a record, newest first; the present one has no end. The mark of a merge tells what
-- the record has been shown as since. {table}, {type}: its own.
SELECT
    r.revision,
    r.operation,
    r.body,
    r.recorded_at AS recorded_from,
    NULL::timestamptz AS recorded_to,
    r.process,
    r.person,
    r.purpose,
    NULL AS merged_into
FROM record.{table} AS r
WHERE r.id = $1 AND r.bucket = $2 AND {shown}
UNION ALL
SELECT
    h.revision,
    h.operation,
    h.body,
    h.recorded_from,
    nullif(h.recorded_to, 'infinity'),
    h.process,
    h.person,
    h.purpose,
    CASE
        WHEN h.operation = 'merge' AND h.body IS NULL
            THEN (
                SELECT m.shown
                FROM record.membership AS m
                WHERE m.origin = h.id AND m.bucket = h.bucket AND m.joined_at >= h.recorded_from
                ORDER BY m.joined_at
                LIMIT 1
            )
    END
FROM record.history AS h
WHERE h.id = $1 AND h.bucket = $2 AND h.type = '{type}' AND {shown_then}
ORDER BY revision DESC
LIMIT $3 OFFSET $4;

-- name: number_of_versions
-- How many versions of a record there are. {table}, {type}: its own.
SELECT (
    SELECT count(*)
    FROM record.{table} AS r
    WHERE r.id = $1 AND r.bucket = $2 AND {shown}
) + (
    SELECT count(*)
    FROM record.history AS h
    WHERE h.id = $1 AND h.bucket = $2 AND h.type = '{type}' AND {shown_then}
) AS versions;

-- name: versions_between
-- The versions of a record that were held at any time from one instant to another, oldest first.
SELECT
    r.revision,
    r.operation,
    r.body,
    r.recorded_at AS recorded_from,
    NULL::timestamptz AS recorded_to,
    r.process,
    r.person,
    r.purpose
FROM record.{table} AS r
WHERE r.id = $1 AND r.bucket = $2 AND r.recorded_at <= $4 AND {shown}
UNION ALL
SELECT
    h.revision,
    h.operation,
    h.body,
    h.recorded_from,
    nullif(h.recorded_to, 'infinity'),
    h.process,
    h.person,
    h.purpose
FROM record.history AS h
WHERE
    h.id = $1 AND h.bucket = $2 AND h.type = '{type}'
    AND h.recorded_from <= $4 AND h.recorded_to > $3
    AND {shown_then}
ORDER BY revision
LIMIT $5;
