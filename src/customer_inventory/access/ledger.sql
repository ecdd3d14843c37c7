-- name: append_segment
-- Keep the entries of all answers that leave together.
INSERT INTO access.segment (writer, first_entry, entries, body)
VALUES ($1, $2, $3, $4);

-- name: last_entries
-- The latest entries of the ledger, newest first.
SELECT
    at,
    process,
    person,
    purpose,
    operation,
    record_type,
    record_count,
    status,
    decision,
    source
FROM access.entry
WHERE
    seq >= (
        -- So many segments hold so many entries at least.
        SELECT coalesce(min(latest.seq), 0)
        FROM (
            SELECT s.seq FROM access.segment AS s
            ORDER BY s.seq DESC LIMIT $1
        ) AS latest
    )
ORDER BY seq DESC, number DESC
LIMIT $1;
