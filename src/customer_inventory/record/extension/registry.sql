-- name: end_extensions_like
-- End the live schemas that one of the same location or the same type takes the place of.
UPDATE record.schema_extension AS e
SET ended_at = now(), ended_by = $5
WHERE
    e.record_type = $1 AND e.ended_at IS NULL
    AND (e.location = $2 OR (e.entity = $3 AND e.base IS NOT DISTINCT FROM $4));

-- name: count_extensions
-- How many schemas count.
SELECT count(*)
FROM record.schema_extension AS e
WHERE e.ended_at IS NULL;

-- name: add_extension
-- Keep a schema; return since when it counts.
INSERT INTO record.schema_extension (
    id, record_type, location, entity, base, schema, process, person, purpose
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING registered_at;

-- name: end_extension
-- End one schema; return its record type, nothing when it is not live.
UPDATE record.schema_extension AS e
SET ended_at = now(), ended_by = $2
WHERE e.id = $1 AND e.ended_at IS NULL
RETURNING e.record_type;

-- name: live_extensions
-- Every schema that counts, in the order of registration.
SELECT
    e.id,
    e.record_type,
    e.location,
    e.entity,
    e.base,
    e.schema,
    e.registered_at,
    e.process,
    e.person
FROM record.schema_extension AS e
WHERE e.ended_at IS NULL
ORDER BY e.registered_at, e.id;

-- name: tell_change
-- Tell every service that the schemas have changed.
SELECT pg_notify($1, '');
