-- name: forget_steps
-- What became of findings on records goes.
DELETE FROM audit.step AS s
USING audit.finding AS f
WHERE s.finding_id = f.id AND s.bucket = f.bucket AND f.record_id = ANY($1::text[]);

-- name: forget_findings
-- Findings on records go.
DELETE FROM audit.finding
WHERE record_id = ANY($1::text[]);

-- name: blank_steps
-- Reasons that hold one of these words say nothing.
UPDATE audit.step AS s
SET reason = '(erased)'
WHERE EXISTS (
    SELECT FROM unnest($1::text[]) AS w (word)
    WHERE strpos(lower(s.reason), lower(w.word)) > 0
);

-- name: blank_findings
-- Reasons that hold one of these words say nothing.
UPDATE audit.finding AS f
SET reason = '(erased)'
WHERE EXISTS (
    SELECT FROM unnest($1::text[]) AS w (word)
    WHERE strpos(lower(f.reason), lower(w.word)) > 0
);

-- name: step_back
-- Scans that stand at a record stand before it.
UPDATE audit.scan
SET after_id = left(after_id, -1)
WHERE after_id = ANY($1::text[]);
