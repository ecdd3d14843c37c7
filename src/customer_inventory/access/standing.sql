-- name: permitted_types
-- The record types on which an active process may do an operation for a purpose, now.
SELECT q.record_type
FROM access.process AS p
INNER JOIN access.permission AS q ON p.id = q.process
WHERE
    p.id = $1
    AND p.state = 'active'
    AND q.purpose = $2
    AND $3::text = ANY(q.operations)
    AND q.valid_from <= now()
    AND (q.valid_to IS NULL OR q.valid_to > now());
