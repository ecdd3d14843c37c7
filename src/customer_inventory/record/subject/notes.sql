-- name: erasure_notes
-- Every erasure that is done (after $1, if it is given), whole: to be kept outside and noted in a
-- restored database.
SELECT
    e.id,
    e.subject_id,
    e.reason,
    e.process,
    e.person,
    e.purpose,
    e.begun_at,
    e.ended_at,
    e.removed,
    e.anonymised,
    e.certificate
FROM record.erasure AS e
WHERE e.state = 'done' AND ($1::timestamptz IS NULL OR e.ended_at > $1)
ORDER BY e.begun_at, e.id;

-- name: note_erasure
-- An erasure that was done before the database was restored.
INSERT INTO record.erasure (
    id, bucket, subject_id, state, reason, process, person, purpose, begun_at, ended_at, removed,
    anonymised, certificate
)
VALUES ($1, $2, $3, 'done', $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (id, bucket) DO NOTHING;
