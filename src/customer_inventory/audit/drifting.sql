-- name: keep_shares
-- Which share of the records has which value.
INSERT INTO audit.share (run_id, rule, name, share)
SELECT
    $1,
    $2,
    n.name,
    n.share
FROM unnest($3::text[], $4::float8[]) AS n (name, share)
ON CONFLICT (run_id, rule, name) DO UPDATE SET share = excluded.share;

-- name: shares_before
-- Which share of the records had which value, on average of the last five runs that counted.
WITH runs AS (
    SELECT DISTINCT s.run_id
    FROM audit.share AS s
    WHERE s.rule = $1 AND s.run_id < $2
    ORDER BY s.run_id DESC
    LIMIT 5
)

SELECT
    s.name,
    sum(s.share) / (SELECT count(*) FROM runs) AS share
FROM audit.share AS s
INNER JOIN runs AS r ON s.run_id = r.run_id
WHERE s.rule = $1
GROUP BY s.name;

-- name: keep_drift
-- How far shares moved: so many records would have to say something else.
INSERT INTO audit.result (
    run_id, rule, sha256, record_type, dimension, aspect, threshold, looked_at, population, failed,
    accepted
)
VALUES ($1, $2, $3, $4, 'consistency', 'pragmatic', $5, $6, $6, $7, 0)
ON CONFLICT (run_id, rule) DO UPDATE SET failed = excluded.failed;
