-- name: take_step
-- Take the code of a time step, if none of it or of a later one was taken.
UPDATE access.account AS a SET last_step = $2
WHERE a.person = $1 AND a.last_step < $2
RETURNING TRUE;

-- name: take_recovery_code
-- Take a recovery code: it is gone.
DELETE FROM access.recovery_code AS r
WHERE r.person = $1 AND r.sha256 = $2
RETURNING TRUE;

-- name: drop_recovery_codes
-- The recovery codes of a person are no more.
DELETE FROM access.recovery_code AS r
WHERE r.person = $1;

-- name: keep_recovery_codes
-- New recovery codes of a person.
INSERT INTO access.recovery_code (person, sha256)
SELECT $1, c.sha256 FROM unnest($2::bytea[]) AS c (sha256);
