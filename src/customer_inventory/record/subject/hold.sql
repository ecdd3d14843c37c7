-- name: place_hold
-- Place a legal hold.
INSERT INTO record.legal_hold (
    id, bucket, subject_id, reason, until, process, person, purpose, placed_at
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING id, subject_id, reason, until, process, person, placed_at, lifted_at, lifted_reason;

-- name: lift_hold
-- Lift a legal hold that is in force.
UPDATE record.legal_hold AS h
SET lifted_process = $3, lifted_person = $4, lifted_reason = $5, lifted_at = $6
WHERE h.id = $1 AND h.bucket = $2 AND h.lifted_at IS NULL
RETURNING
    h.id, h.subject_id, h.reason, h.until, h.process, h.person, h.placed_at, h.lifted_at,
    h.lifted_reason;

-- name: list_holds
-- Legal holds, newest first; with $1 those in force.
SELECT
    h.id,
    h.subject_id,
    h.reason,
    h.until,
    h.process,
    h.person,
    h.placed_at,
    h.lifted_at,
    h.lifted_reason
FROM record.legal_hold AS h
WHERE NOT $1::boolean OR (h.lifted_at IS NULL AND (h.until IS NULL OR h.until > now()))
ORDER BY h.placed_at DESC, h.id
LIMIT $2;

-- name: records_asked
-- The records that are asked about: the lowest level.
SELECT
    k.id AS record_id,
    k.id,
    k.bucket
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket);

-- name: whom_they_belong_to
-- Whom the records of one level belong to. {below}: that level.
SELECT DISTINCT
    b.record_id,
    l.other_id AS id,
    l.other_bucket AS bucket
FROM level_{below} AS b
INNER JOIN record.link AS l ON b.id = l.id AND b.bucket = l.bucket
WHERE l.outward AND l.path = ANY($3::text[]);

-- name: of_level
-- Records and whom they belong to, of one level.
SELECT *
FROM level_{level};

-- name: hold_on
-- A hold in force on records or on whom they belong to, upwards by the paths that name subjects.
-- {above}: them all, level by level, so that it can be asked in parts.
SELECT
    h.reason,
    h.until
FROM ({above}) AS a
INNER JOIN record.legal_hold AS h ON a.id = h.subject_id AND a.bucket = h.bucket
WHERE h.lifted_at IS NULL AND (h.until IS NULL OR h.until > now())
ORDER BY h.placed_at
LIMIT 1;

-- name: held_among
-- Which of these records a hold in force keeps: on them, or on whom they belong to.
SELECT DISTINCT a.record_id
FROM ({above}) AS a
INNER JOIN record.legal_hold AS h ON a.id = h.subject_id AND a.bucket = h.bucket
WHERE h.lifted_at IS NULL AND (h.until IS NULL OR h.until > now());
