-- name: version_known_at
-- The version of a record that was held at an instant, if any. {table}, {type}: its own.
SELECT
    r.id,
    r.revision,
    r.body
FROM record.{table} AS r
WHERE r.id = $1 AND r.bucket = $2 AND r.recorded_at <= $3
UNION ALL
SELECT
    h.id,
    h.revision,
    h.body
FROM record.history AS h
WHERE
    h.id = $1 AND h.bucket = $2 AND h.type = '{type}'
    AND h.recorded_from <= $3 AND h.recorded_to > $3
    AND h.body IS NOT NULL
LIMIT 1;

-- name: versions_of_record
-- Versions of a record, newest first; the present one has no end. {table}, {type}: its own.
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
WHERE r.id = $1 AND r.bucket = $2
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
WHERE h.id = $1 AND h.bucket = $2 AND h.type = '{type}'
ORDER BY revision DESC
LIMIT $3 OFFSET $4;

-- name: number_of_versions
-- How many versions of a record there are. {table}, {type}: its own.
SELECT (
    SELECT count(*)
    FROM record.{table} AS r
    WHERE r.id = $1 AND r.bucket = $2
) + (
    SELECT count(*)
    FROM record.history AS h
    WHERE h.id = $1 AND h.bucket = $2 AND h.type = '{type}'
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
WHERE r.id = $1 AND r.bucket = $2 AND r.recorded_at <= $4
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
ORDER BY revision
LIMIT $5;
