-- name: keep_retired
-- What proves the rest of the log without a month of it.
INSERT INTO access.retired (
    first_place, last_place, entries, subtrees, statement, signature
)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: every_retired
-- All that was retired, in the order of the log.
SELECT
    t.first_place,
    t.last_place,
    t.subtrees,
    t.statement,
    t.signature,
    t.retired_at
FROM access.retired AS t
ORDER BY t.first_place;
