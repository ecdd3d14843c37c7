-- name: unfinished_imports
-- Loads of a source by a mapping, by a process for a purpose, that were cut short; waits for one
-- that is just committing.
SELECT
    id,
    next_line,
    next_offset,
    read_sha256,
    rows_read,
    rows_refused,
    records,
    undeclared,
    started_at
FROM capture.import
WHERE
    source = $1 AND mapping_sha256 = $2 AND process = $3 AND purpose = $4
    AND ended_at IS NULL AND NOT is_replay
ORDER BY started_at
FOR UPDATE;

-- name: begin_import
-- Begin a load.
INSERT INTO capture.import (
    id, source, file_name, mapping, mapping_sha256,
    next_line, next_offset, read_sha256, process, person, purpose, is_replay
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
RETURNING started_at;

-- name: end_import
-- End a load: all of its file was read. This commit is awaited, and those before it with it.
UPDATE capture.import
SET ended_at = now()
WHERE id = $1;

-- name: list_imports
-- Loads, newest first.
SELECT
    id,
    source,
    file_name,
    mapping,
    rows_read,
    rows_refused,
    records,
    undeclared,
    process,
    purpose,
    person,
    started_at,
    advanced_at,
    ended_at
FROM capture.import
ORDER BY started_at DESC
LIMIT $1;
