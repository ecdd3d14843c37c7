-- name: hold_deliveries
-- One delivers at a time.
SELECT pg_advisory_xact_lock($1);

-- name: delivered_of
-- What was delivered of a month.
SELECT
    d.owner,
    d.report,
    d.files,
    d.sha256
FROM monthly.delivery AS d
WHERE d.month = $1;

-- name: keep_delivery
-- A report was delivered to an owner: once for each month, but again where its files were lost.
INSERT INTO monthly.delivery (
    id, month, owner, report, contact, files, sha256, process, person
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (month, owner, report) DO UPDATE
    SET files = excluded.files, sha256 = excluded.sha256
RETURNING id;

-- name: list_deliveries
-- What was delivered, latest first: all, or one.
SELECT
    d.id,
    d.month,
    d.owner,
    d.report,
    d.contact,
    d.files,
    d.delivered_at
FROM monthly.delivery AS d
WHERE $1::text IS NULL OR d.id = $1
ORDER BY d.delivered_at DESC, d.id DESC
LIMIT $2;
