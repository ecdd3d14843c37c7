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

-- name: blank_loads
-- What is said of loads that holds one of these words says nothing.
UPDATE shortcomings.known_load AS k
SET said = '(erased)', cancelled_why = CASE WHEN k.cancelled_why IS NOT NULL THEN '(erased)' END
WHERE EXISTS (
    SELECT FROM unnest($1::text[]) AS w (word)
    WHERE
        strpos(lower(k.said), lower(w.word)) > 0
        OR strpos(lower(k.cancelled_why), lower(w.word)) > 0
);
