-- name: blank_anomaly_steps
-- Reasons that hold one of these words say nothing.
UPDATE usage.anomaly_step AS s
SET reason = '(erased)'
WHERE EXISTS (
    SELECT FROM unnest($1::text[]) AS w (word)
    WHERE strpos(lower(s.reason), lower(w.word)) > 0
);

-- name: blank_anomalies
-- Reasons that hold one of these words say nothing.
UPDATE usage.anomaly AS a
SET reason = '(erased)'
WHERE EXISTS (
    SELECT FROM unnest($1::text[]) AS w (word)
    WHERE strpos(lower(a.reason), lower(w.word)) > 0
);
