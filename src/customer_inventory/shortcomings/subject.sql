-- name: blank_steps
-- Reasons that hold one of these words say nothing.
UPDATE shortcomings.step AS s
SET reason = '(erased)'
WHERE EXISTS (
    SELECT FROM unnest($1::text[]) AS w (word)
    WHERE strpos(lower(s.reason), lower(w.word)) > 0
);
