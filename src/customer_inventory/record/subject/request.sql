-- name: open_request
-- Open a case.
INSERT INTO record.subject_request (
    id, bucket, subject_id, kind, state, received_at, due_at, steps
)
VALUES ($1, $2, $3, $4, 'received', $5, $6, $7)
RETURNING
    id, subject_id, kind, state, received_at, due_at,
    is_extended, ended_at, steps, revision;

-- name: take_request
-- Take a case on, at the revision it is known at.
UPDATE record.subject_request AS r
SET
    state = $4,
    due_at = $5,
    is_extended = $6,
    ended_at = $7,
    steps = $8,
    revision = r.revision + 1
WHERE r.id = $1 AND r.bucket = $2 AND r.revision = $3
RETURNING
    r.id,
    r.subject_id,
    r.kind,
    r.state,
    r.received_at,
    r.due_at,
    r.is_extended,
    r.ended_at,
    r.steps,
    r.revision;

-- name: note_step
-- Keep the steps of a case, at the revision it is known at.
UPDATE record.subject_request AS r
SET steps = $4, revision = r.revision + 1
WHERE r.id = $1 AND r.bucket = $2 AND r.revision = $3
RETURNING r.revision;

-- name: one_request
-- One case.
SELECT
    r.id,
    r.subject_id,
    r.kind,
    r.state,
    r.received_at,
    r.due_at,
    r.is_extended,
    r.ended_at,
    r.steps,
    r.revision
FROM record.subject_request AS r
WHERE r.id = $1 AND r.bucket = $2;

-- name: list_requests
-- Cases by deadline; with $1 the open ones.
SELECT
    r.id,
    r.subject_id,
    r.kind,
    r.state,
    r.received_at,
    r.due_at,
    r.is_extended,
    r.ended_at,
    r.steps,
    r.revision
FROM record.subject_request AS r
WHERE NOT $1::boolean OR r.ended_at IS NULL
ORDER BY r.due_at, r.id
LIMIT $2;
