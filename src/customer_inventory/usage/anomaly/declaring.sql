-- name: keep_thresholds
-- What a file says of thresholds, as it was given; the latest is in force.
INSERT INTO usage.threshold (said, sha256, process, person, reason)
VALUES ($1, $2, $3, $4, $5)
RETURNING number;

-- name: latest_thresholds
-- What is in force.
SELECT
    t.number,
    t.said,
    t.sha256,
    t.declared_at
FROM usage.threshold AS t
ORDER BY t.number DESC
LIMIT 1;
