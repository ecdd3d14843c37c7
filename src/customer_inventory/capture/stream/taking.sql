-- name: begin_stream
-- Begin the import that a start of a stream is. Its lines are events; it is read by no file.
INSERT INTO capture.import (
    id, source, file_name, mapping, mapping_sha256,
    next_line, next_offset, read_sha256, process, person, purpose
)
VALUES ($1, $2, $3, $4, $5, 1, 0, 'stream', $6, $7, $8)
RETURNING started_at;
