-- name: keep_declaration
-- What a file declares, as it was given; the latest is in force.
INSERT INTO monthly.declaration (said, sha256, process, person, reason)
VALUES ($1, $2, $3, $4, $5)
RETURNING number;

-- name: latest_declaration
-- What is in force.
SELECT
    d.number,
    d.said,
    d.sha256
FROM monthly.declaration AS d
ORDER BY d.number DESC
LIMIT 1;
