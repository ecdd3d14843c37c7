-- name: lock_process
-- A process; whoever asks for a download of it next waits.
SELECT p.id
FROM access.process AS p
WHERE p.id = $1
FOR NO KEY UPDATE;

-- name: count_unfinished
-- How many downloads of a process are under way.
SELECT count(*)
FROM access.download AS d
WHERE d.process = $1 AND d.state IN ('waiting', 'notStarted', 'running');

-- name: keep_download
-- A download that was asked for.
INSERT INTO access.download AS d (
    id,
    process,
    purpose,
    person,
    requested_by,
    reason,
    record_type,
    path,
    query,
    format,
    compression,
    is_for_people,
    canaries,
    pseudonym_domain,
    watermark,
    expected_rows,
    needs_approval,
    state,
    changed_by
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $5)
RETURNING d.*;

-- name: capacity_of
-- The first of some capacities that a person has now.
SELECT c.capacity
FROM access.person_capacity AS c
WHERE
    c.person = $1
    AND c.capacity = ANY($2::text[])
    AND c.valid_from <= now()
    AND (c.valid_to IS NULL OR c.valid_to > now())
LIMIT 1;

-- name: approve_download
-- Let a waiting download go on.
UPDATE access.download AS d
SET
    state = 'notStarted',
    state_reason = '',
    approved_by = $2,
    approved_as = $3,
    changed_at = now(),
    changed_by = $2
WHERE d.id = $1 AND d.state = 'waiting'
RETURNING d.*;

-- name: reject_download
-- Refuse a waiting download.
UPDATE access.download AS d
SET state = 'rejected', state_reason = $3, changed_at = now(), changed_by = $2
WHERE d.id = $1 AND d.state = 'waiting'
RETURNING d.*;
