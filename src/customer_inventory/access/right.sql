-- name: rights_in_force
-- What processes, or one, may do now, but for the house's own and those suspended or revoked.
SELECT
    q.process,
    q.purpose,
    q.record_type,
    q.operations,
    q.valid_from,
    q.valid_to,
    q.grant_id,
    p.owner
FROM access.permission AS q
INNER JOIN access.process AS p ON q.process = p.id
WHERE
    p.state = 'active'
    AND p.id <> $1
    AND ($2::text IS NULL OR q.process = $2)
    AND q.valid_from <= now()
    AND (q.valid_to IS NULL OR q.valid_to > now())
ORDER BY q.process, q.purpose, q.record_type;
