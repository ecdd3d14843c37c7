-- name: erase_pairs
-- Take away every pair that names one of these records.
DELETE FROM capture.pair AS p
WHERE p.one_id = ANY($1::text[]) OR p.other_id = ANY($1::text[]);

-- name: erase_checked
-- Take away pairs of documents that were checked, if they hold one of these words.
DELETE FROM capture.pair AS p
WHERE
    p.checked IS NOT NULL
    AND EXISTS (
        SELECT FROM unnest($1::text[]) AS w (word)
        WHERE strpos(lower(p.checked::text), lower(w.word)) > 0
    );
