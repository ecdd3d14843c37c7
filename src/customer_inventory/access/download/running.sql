-- name: start_download
-- A download taken up, for the first time or again.
UPDATE access.download AS d
SET
    state = 'running',
    started_at = coalesce(d.started_at, now()),
    changed_at = now(),
    changed_by = d.process
WHERE d.id = $1 AND d.state IN ('notStarted', 'running')
RETURNING d.*;

-- name: restart_download
-- A file begun anew: what was written of it counts no more.
WITH dropped AS (
    DELETE FROM access.download_chunk AS c
    WHERE c.download_id = $1
)

UPDATE access.download AS d
SET position = '', chunks = 0, row_count = 0, line_count = 0, size = 0, shown_sha256 = NULL
WHERE d.id = $1
RETURNING d.*;

-- name: keep_chunk
-- A chunk that was written, if the download still goes on and no other worker wrote it.
WITH going_on AS (
    UPDATE access.download AS d
    SET
        chunks = d.chunks + 1,
        row_count = d.row_count + $3,
        line_count = d.line_count + $4,
        size = d.size + $6,
        position = $11,
        shown_sha256 = $12,
        changed_at = now()
    WHERE d.id = $1 AND d.state = 'running' AND d.chunks = $2
    RETURNING d.id
)

INSERT INTO access.download_chunk (
    download_id, chunk, line_count, start, size, place, sha256, sealed_key, members
)
SELECT
    g.id,
    $2,
    $4,
    $5,
    $6,
    $7,
    $8,
    $9,
    $10
FROM going_on AS g
RETURNING download_id;

-- name: keep_canary
-- A value of a planted record.
INSERT INTO access.download_canary (value_sha256, download_id)
VALUES ($1, $2)
ON CONFLICT DO NOTHING;

-- name: pause_download
-- A download that turned out larger than goes without approval.
UPDATE access.download AS d
SET
    state = 'waiting',
    state_reason = $2,
    needs_approval = TRUE,
    expected_rows = greatest(d.expected_rows, d.row_count + 1),
    changed_at = now()
WHERE d.id = $1 AND d.state = 'running'
RETURNING d.id;

-- name: finish_download
-- A file that is whole.
UPDATE access.download AS d
SET
    state = 'succeeded',
    state_reason = '',
    sha256 = $2,
    changed_at = now(),
    finished_at = now(),
    expires_at = now() + make_interval(hours => $3)
WHERE d.id = $1 AND d.state = 'running'
RETURNING d.*;
