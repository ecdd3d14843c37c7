-- name: record_exists
-- Whether a record is there, held until the file is kept. {table}: of its type.
SELECT TRUE FROM record.{table} AS r
WHERE r.id = $1 AND r.bucket = $2
FOR KEY SHARE;

-- name: keep_attachment
-- A file of a record.
INSERT INTO record.attachment (
    id, bucket, record_id, record_type, name, media_type, size, sha256, sealed_key,
    recorded_at, process, person, purpose
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now(), $10, $11, $12)
RETURNING recorded_at;

-- name: keep_part
-- A part of its content.
INSERT INTO record.attachment_part (id, bucket, part, content) VALUES ($1, $2, $3, $4);

-- name: attachment_by_id
-- One file, without its content.
SELECT
    a.id,
    a.bucket,
    a.record_id,
    a.record_type,
    a.name,
    a.media_type,
    a.size,
    a.sha256,
    a.sealed_key,
    a.recorded_at,
    a.process
FROM record.attachment AS a
WHERE a.id = $1 AND a.bucket = $2;

-- name: attachments_of_record
-- The files of a record, in the order in which they came.
SELECT
    a.id,
    a.bucket,
    a.record_id,
    a.record_type,
    a.name,
    a.media_type,
    a.size,
    a.sha256,
    a.sealed_key,
    a.recorded_at,
    a.process
FROM record.attachment AS a
WHERE a.record_id = $1
ORDER BY a.id;

-- name: part_of_attachment
-- One part of the content of a file.
SELECT p.content FROM record.attachment_part AS p
WHERE p.id = $1 AND p.bucket = $2 AND p.part = $3;

-- name: drop_attachment
-- A file, with its content and its key.
DELETE FROM record.attachment AS a
WHERE a.id = $1 AND a.bucket = $2;

-- name: drop_attachments_of_records
-- Every file of these records, with content and keys.
DELETE FROM record.attachment AS a
WHERE a.record_id = ANY($1::text[]);
