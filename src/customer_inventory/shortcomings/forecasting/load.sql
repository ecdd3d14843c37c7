-- name: enter
-- A load that is planned.
INSERT INTO shortcomings.known_load (due_on, object, amount, said, process, person)
VALUES ($1, $2, $3, $4, $5, $6)
RETURNING number;

-- name: cancel
-- A load that does not come.
UPDATE shortcomings.known_load AS k
SET cancelled_at = now(), cancelled_by = $2, cancelled_why = $3
WHERE k.number = $1 AND k.cancelled_at IS NULL
RETURNING k.number;

-- name: listed
-- Loads that are planned from a day on ($1), or all; what was cancelled is left out.
SELECT
    k.number,
    k.due_on,
    k.object,
    k.amount,
    k.said,
    k.person,
    k.entered_at
FROM shortcomings.known_load AS k
WHERE k.cancelled_at IS NULL AND ($1::date IS NULL OR k.due_on >= $1)
ORDER BY k.due_on, k.number;

-- name: size_now
-- What the database takes.
SELECT pg_database_size(current_database());
