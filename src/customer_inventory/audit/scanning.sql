-- name: advance_scan
-- A scan is so far, in the transaction of what it found there.
UPDATE audit.scan
SET
    after_id = $3,
    looked_at = looked_at + $4,
    opened = opened + $5,
    reopened = reopened + $6,
    passed = passed + $7
WHERE run_id = $1 AND number = $2;

-- name: end_scan
-- A scan is done; at which record it ended is nobody's business any more.
UPDATE audit.scan
SET ended_at = now(), after_id = ''
WHERE run_id = $1 AND number = $2
RETURNING looked_at;

-- name: keep_coverage
-- How far rules were asked: of everything, or of what changed since; $6 more records than before.
INSERT INTO audit.coverage AS c (
    rule, sha256, record_type, floor, snapshot, population, full_at, run_id
)
SELECT
    n.rule,
    n.sha256,
    $3,
    $4,
    $5,
    $6,
    now(),
    $8
FROM unnest($1::text[], $2::bytea[]) AS n (rule, sha256)
WHERE
    -- Nor one that could not be asked before the run was broken off.
    NOT EXISTS (
        SELECT FROM audit.result AS e
        WHERE e.run_id = $8 AND e.rule = n.rule AND e.error IS NOT NULL
    )
ON CONFLICT (rule) DO UPDATE SET
    sha256 = excluded.sha256,
    record_type = excluded.record_type,
    floor = excluded.floor,
    snapshot = excluded.snapshot,
    population = CASE WHEN $7 THEN excluded.population ELSE c.population + excluded.population END,
    full_at = CASE WHEN $7 THEN excluded.full_at ELSE c.full_at END,
    run_id = excluded.run_id;

-- name: forget_coverage
-- A rule that could not be asked has to be asked of everything.
DELETE FROM audit.coverage
WHERE rule = $1;

-- name: note_error
-- Why a rule could not be asked.
INSERT INTO audit.result (
    run_id, rule, sha256, record_type, requirement, dimension, aspect, threshold, looked_at,
    population, failed, accepted, error
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, 0, $9)
ON CONFLICT (run_id, rule) DO UPDATE SET error = excluded.error;
