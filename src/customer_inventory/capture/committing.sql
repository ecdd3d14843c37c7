-- name: prepare_chunk
-- A chunk takes its time, and is durable with what follows: a crash undoes its progress as well.
SELECT
    set_config('statement_timeout', '0', TRUE),
    set_config('synchronous_commit', 'off', TRUE);

-- name: advance_import
-- Count a chunk in the transaction that writes it, unless somebody else went on with the load.
UPDATE capture.import
SET
    next_line = $3,
    next_offset = $4,
    read_sha256 = $5,
    rows_read = $6,
    rows_refused = $7,
    records = $8,
    undeclared = $9,
    advanced_at = now()
WHERE id = $1 AND next_offset = $2 AND ended_at IS NULL
RETURNING id;
