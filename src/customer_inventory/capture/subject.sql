-- name: forget_orders
-- Forget in which order sources spoke of records.
DELETE FROM capture.stream_order
WHERE id = ANY($1::text[]);

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

-- name: blank_quarantine
-- Blank rows of quarantine that hold one of these words, now or before they were corrected; they
-- wait no more, and their hash is made one of nothing.
WITH named AS (
    SELECT q.id
    FROM capture.quarantine AS q
    WHERE
        EXISTS (
            SELECT FROM unnest($1::text[]) AS w (word)
            WHERE strpos(lower(q.row_text), lower(w.word)) > 0
        )
    UNION
    SELECT s.row_id
    FROM capture.quarantine_step AS s
    WHERE EXISTS (
        SELECT FROM unnest($1::text[]) AS w (word)
        WHERE strpos(lower(s.row_text), lower(w.word)) > 0
    )
),

blanked AS (
    UPDATE capture.quarantine_step AS s
    SET row_text = NULL
    FROM named AS n
    WHERE s.row_id = n.id
),

erased AS (
    UPDATE capture.quarantine AS q
    SET
        row_text = NULL,
        sha256 = sha256(convert_to('erased ' || q.id, 'UTF8')),
        state = CASE WHEN q.state = 'waiting' THEN 'dropped' ELSE q.state END,
        settled_at = coalesce(q.settled_at, now())
    FROM named AS n
    WHERE q.id = n.id
    RETURNING q.id
)

SELECT count(*) FROM erased;

-- name: forget_said
-- Forget when sources spoke of records.
DELETE FROM capture.said
WHERE id = ANY($1::text[]);
