-- name: state_of_process
-- The state of a process.
SELECT p.state
FROM access.process AS p
WHERE p.id = $1;

-- name: permissions_of
-- What a process is permitted for a purpose, in force or not; of one type before every type.
SELECT
    q.record_type,
    q.operations,
    q.valid_from,
    q.valid_to,
    q.grant_id
FROM access.permission AS q
WHERE q.process = $1 AND q.purpose = $2
ORDER BY q.record_type = '*', q.record_type;

-- name: latest_grant
-- The grants of a process for a purpose: of each part the one that was changed last.
SELECT DISTINCT ON (g.part)
    g.id,
    g.version,
    g.state,
    g.changed_at,
    g.changed_by,
    g.change_reason
FROM access.process_grant AS g
WHERE g.process = $1 AND g.purpose = $2
ORDER BY g.part, g.changed_at DESC, g.version DESC;
