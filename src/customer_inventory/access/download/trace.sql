-- name: downloads_of_canaries
-- The downloads in which records with any of some values were planted.
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
WHERE d.id IN (
    SELECT c.download_id FROM access.download_canary AS c
    WHERE c.value_sha256 = ANY($1::bytea[])
);

-- name: downloads_of_watermarks
-- The downloads whose files carry any of some watermarks.
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
WHERE d.watermark = ANY($1::bytea[]);
