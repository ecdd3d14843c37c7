-- name: reading_permissions
-- Everything that active processes may read now, and on which terms.
SELECT
    q.process,
    q.purpose,
    q.record_type,
    q.terms::json AS terms
FROM access.permission AS q
INNER JOIN access.process AS p ON q.process = p.id
WHERE
    p.state = 'active'
    AND 'read' = ANY(q.operations)
    AND q.valid_from <= now()
    AND (q.valid_to IS NULL OR q.valid_to > now())
ORDER BY q.process, q.purpose, q.record_type;
