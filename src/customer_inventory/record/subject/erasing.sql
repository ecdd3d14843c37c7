-- name: begin_erasure
-- Note an erasure before anything goes.
INSERT INTO record.erasure (
    id, bucket, subject_id, state, reason, process, person, purpose, begun_at, removed, anonymised
)
VALUES ($1, $2, $3, 'begun', $4, $5, $6, $7, $8, $9, $10);

-- name: end_erasure
-- Note that an erasure is done.
UPDATE record.erasure AS e
SET
    state = 'done',
    ended_at = $3,
    removed = $4,
    anonymised = $5,
    certificate = $6,
    emptied = e.to_empty
WHERE e.id = $1 AND e.bucket = $2;

-- name: erasure
-- One erasure.
SELECT
    e.id,
    e.reason,
    e.process,
    e.person,
    e.purpose,
    e.begun_at
FROM record.erasure AS e
WHERE e.id = $1 AND e.bucket = $2;

-- name: certificate
-- The certificate of a finished erasure.
SELECT e.certificate
FROM record.erasure AS e
WHERE e.id = $1 AND e.bucket = $2;

-- name: unfinished_erasures
-- Erasures begun before an instant and not done: they were broken off, or take long.
SELECT
    e.id,
    e.subject_id,
    e.removed,
    e.anonymised
FROM record.erasure AS e
WHERE e.state = 'begun' AND e.begun_at <= $1
ORDER BY e.begun_at;

-- name: every_erasure
-- Every erasure, oldest first.
SELECT
    e.id,
    e.subject_id,
    e.removed,
    e.anonymised
FROM record.erasure AS e
ORDER BY e.begun_at;

-- name: list_erasures
-- Erasures, newest first.
SELECT
    e.id,
    e.subject_id,
    e.state,
    e.reason,
    e.process,
    e.person,
    e.begun_at,
    e.ended_at
FROM record.erasure AS e
ORDER BY e.begun_at DESC, e.id
LIMIT $1;

-- name: begun_erasure
-- One erasure that is not done.
SELECT
    e.id,
    e.subject_id,
    e.removed,
    e.anonymised
FROM record.erasure AS e
WHERE e.id = $1 AND e.bucket = $2 AND e.state = 'begun';

-- name: status
-- How far an erasure is.
SELECT
    e.subject_id,
    e.state,
    e.begun_at,
    e.emptied,
    e.to_empty,
    e.certificate
FROM record.erasure AS e
WHERE e.id = $1 AND e.bucket = $2;

-- name: note_progress
-- So many holders are emptied, of so many.
UPDATE record.erasure AS e
SET emptied = $3, to_empty = $4
WHERE e.id = $1 AND e.bucket = $2;
