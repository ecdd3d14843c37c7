-- name: kept_page
-- A report as it was made, if it was made of what there is now.
SELECT p.page
FROM monthly.page AS p
WHERE p.report = $1 AND p.month = $2 AND p.form = $3 AND p.basis = $4;

-- name: keep_page
-- Keep a report as it was made, instead of an older one.
INSERT INTO monthly.page (report, month, form, basis, page) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (report, month, form) DO UPDATE
    SET basis = excluded.basis, page = excluded.page, made_at = now();

-- name: forget_pages
-- Forget reports that nobody asked for since an instant anew; they are made again when asked for.
DELETE FROM monthly.page
WHERE made_at < $1;
