-- name: entries_naming
-- Sealed entries that name one of these ids, a part at a time.
SELECT
    l.number,
    l.at,
    l.record_ids,
    l.salt,
    l.opened,
    l.form
FROM access.sealed AS l
WHERE l.record_ids && $1::text[]
ORDER BY l.number
LIMIT $2
FOR UPDATE;

-- name: strike_out
-- Take ids out of an entry; its leaf stays.
UPDATE access.sealed AS l
SET
    record_ids = $3::text[],
    opened = $4::bytea[],
    salt = NULL
WHERE l.number = $1 AND l.at = $2;
