-- name: hurts
-- Symptoms that hurt now: those that are new begin, those that were over begin anew.
INSERT INTO shortcomings.symptom AS s (fingerprint, severity, value, started_at)
SELECT
    n.fingerprint,
    n.severity,
    n.value,
    $4
FROM unnest($1::text[], $2::text[], $3::double precision[]) AS n (fingerprint, severity, value)
ON CONFLICT (fingerprint) DO UPDATE
    SET
        severity = excluded.severity,
        value = excluded.value,
        started_at = CASE WHEN s.ended_at IS NULL THEN s.started_at ELSE excluded.started_at END,
        ended_at = NULL,
        told_at = NULL;

-- name: over
-- Symptoms of checks that were asked and do not see them any more are over.
UPDATE shortcomings.symptom AS s
SET ended_at = $1
FROM shortcomings.shortcoming AS t
WHERE
    s.fingerprint = t.fingerprint
    AND s.ended_at IS NULL
    AND t."check" = any($2::text[])
    AND NOT s.fingerprint = any($3::text[])
RETURNING s.fingerprint;

-- name: to_tell
-- Symptoms that hurt, and those whose end was not told, unless people said to leave them be.
SELECT
    s.fingerprint,
    s.severity,
    s.value,
    s.started_at,
    s.ended_at,
    t."check" AS checked,
    t.object,
    t.unit,
    t.threshold
FROM shortcomings.symptom AS s
INNER JOIN shortcomings.shortcoming AS t ON s.fingerprint = t.fingerprint
WHERE s.told_at IS NULL AND t.state NOT IN ('snoozed', 'rejected')
ORDER BY s.started_at, s.fingerprint;

-- name: told
-- The end of symptoms was told.
UPDATE shortcomings.symptom AS s
SET told_at = $2
WHERE s.fingerprint = any($1::text[]) AND s.ended_at IS NOT NULL;

-- name: forget_symptoms
-- Symptoms that were over before an instant.
DELETE FROM shortcomings.symptom AS s
WHERE s.ended_at < $1;
