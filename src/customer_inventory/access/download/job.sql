-- name: download_by_id
-- One download job.
SELECT
    d.id,
    d.process,
    d.purpose,
    d.person,
    d.requested_by,
    d.requested_at,
    d.reason,
    d.record_type,
    d.path,
    d.query,
    d.format,
    d.compression,
    d.is_for_people,
    d.canaries,
    d.pseudonym_domain,
    d.watermark,
    d.expected_rows,
    d.needs_approval,
    d.approved_by,
    d.state,
    d.state_reason,
    d.changed_at,
    d.changed_by,
    d.started_at,
    d.finished_at,
    d.expires_at,
    d.position,
    d.chunks,
    d.row_count,
    d.line_count,
    d.size,
    d.sha256
FROM access.download AS d
WHERE d.id = $1;

-- name: downloads
-- Download jobs, latest first: those of a process and purpose, or all.
SELECT
    d.id,
    d.process,
    d.purpose,
    d.person,
    d.requested_by,
    d.requested_at,
    d.reason,
    d.record_type,
    d.path,
    d.query,
    d.format,
    d.compression,
    d.is_for_people,
    d.canaries,
    d.pseudonym_domain,
    d.watermark,
    d.expected_rows,
    d.needs_approval,
    d.approved_by,
    d.state,
    d.state_reason,
    d.changed_at,
    d.changed_by,
    d.started_at,
    d.finished_at,
    d.expires_at,
    d.position,
    d.chunks,
    d.row_count,
    d.line_count,
    d.size,
    d.sha256
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
