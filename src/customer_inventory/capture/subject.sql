-- name: blank_refusals
-- Blank the text of refused rows that hold one of these words.
UPDATE capture.refusal AS r
SET row_text = NULL
WHERE
    r.row_text IS NOT NULL
    AND EXISTS (
        SELECT FROM unnest($1::text[]) AS w (word)
        WHERE strpos(lower(r.row_text), lower(w.word)) > 0
    );
