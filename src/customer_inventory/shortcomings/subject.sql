-- name: blank_steps
-- Reasons that hold one of these words say nothing.
UPDATE shortcomings.step AS s
SET reason = '(erased)'
WHERE EXISTS (
    SELECT FROM unnest($1::text[]) AS w (word)
    WHERE strpos(lower(s.reason), lower(w.word)) > 0
);

-- name: blank_ticket_steps
-- Reasons at tickets that hold one of these words say nothing.
UPDATE shortcomings.ticket_step AS s
SET reason = '(erased)'
WHERE EXISTS (
    SELECT FROM unnest($1::text[]) AS w (word)
    WHERE strpos(lower(s.reason), lower(w.word)) > 0
);
