-- name: rows_to_replay
-- Waiting rows that can be loaded as they are, after a position: text and what they came by.
SELECT
    q.id,
    q.source,
    q.row_text,
    q.header,
    q.process,
    q.purpose,
    q.mapping_sha256,
    q.said_at,
    q.said_number,
    q.is_gone,
    m.name AS mapping,
    m.yaml
FROM capture.quarantine AS q
INNER JOIN capture.mapping AS m ON q.mapping_sha256 = m.sha256
WHERE
    q.id = ANY($1::bigint[]) AND q.state = 'waiting' AND q.is_exact AND q.row_text IS NOT NULL
ORDER BY q.id;
