-- name: download_by_id
-- One download job.
SELECT d.*
FROM access.download AS d
WHERE d.id = $1;

-- name: downloads
-- Download jobs, latest first: those of a process and purpose, or all.
SELECT d.*
FROM access.download AS d
WHERE ($1::text IS NULL OR (d.process = $1 AND d.purpose = $2))
ORDER BY d.requested_at DESC, d.id DESC
LIMIT $3;

-- name: chunks_of_download
-- The chunks of a file, in order.
SELECT
    c.chunk,
    c.line_count,
    c.start,
    c.size,
    c.place,
    c.sha256,
    c.sealed_key
FROM access.download_chunk AS c
WHERE c.download_id = $1
ORDER BY c.chunk;
