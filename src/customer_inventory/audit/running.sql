-- name: hold
-- Be the one audit that runs, as long as this connection lasts; false if another does.
SELECT pg_try_advisory_lock($1);

-- name: keep_results
-- What came of the rules that could be asked: of how many records, how many fail now.
WITH looked AS (
    SELECT
        u.rule,
        sum(p.looked_at) AS looked_at
    FROM audit.scan AS p
    CROSS JOIN LATERAL unnest(p.rules) AS u (rule)
    WHERE p.run_id = $1
    GROUP BY u.rule
),

failing AS (
    SELECT
        q.rule,
        count(*) AS failed,
        count(*) FILTER (WHERE q.state = 'accepted') AS accepted
    FROM audit.finding AS q
    WHERE q.state NOT IN ('verified', 'falseAlarm')
    GROUP BY q.rule
)

INSERT INTO audit.result (
    run_id, rule, sha256, record_type, requirement, dimension, aspect, threshold, looked_at,
    population, failed, accepted
)
SELECT
    $1,
    n.rule,
    n.sha256,
    n.record_type,
    n.requirement,
    n.dimension,
    n.aspect,
    n.threshold,
    coalesce(s.looked_at, 0),
    c.population,
    coalesce(f.failed, 0),
    coalesce(f.accepted, 0)
FROM
    unnest(
        $2::text[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::text[], $8::float8[]
    ) AS n (rule, sha256, record_type, requirement, dimension, aspect, threshold)
INNER JOIN audit.coverage AS c ON n.rule = c.rule AND n.sha256 = c.sha256
LEFT JOIN looked AS s ON n.rule = s.rule
LEFT JOIN failing AS f ON n.rule = f.rule
ON CONFLICT (run_id, rule) DO NOTHING;

-- name: end_run
-- A run is done.
UPDATE audit.run
SET state = 'done', ended_at = now()
WHERE id = $1;

-- name: results_of
-- What came of the rules of a run, in order.
SELECT
    r.rule,
    r.record_type,
    r.requirement,
    r.dimension,
    r.aspect,
    r.threshold,
    r.looked_at,
    r.population,
    r.failed,
    r.accepted,
    r.error
FROM audit.result AS r
WHERE r.run_id = $1
ORDER BY r.record_type, r.rule;

-- name: list_runs
-- Runs, newest first, with how far they are; or one of them.
WITH scans AS (
    SELECT
        p.run_id,
        count(*) AS scans,
        count(p.ended_at) AS ended,
        sum(p.looked_at) AS looked_at,
        sum(p.opened) AS opened,
        sum(p.reopened) AS reopened,
        sum(p.passed) AS passed
    FROM audit.scan AS p
    GROUP BY p.run_id
)

SELECT
    r.id,
    r.state,
    r.is_full,
    r.record_types,
    r.process,
    r.person,
    r.purpose,
    r.began_at,
    r.ended_at,
    coalesce(s.scans, 0) AS scans,
    coalesce(s.ended, 0) AS ended,
    coalesce(s.looked_at, 0)::bigint AS looked_at,
    coalesce(s.opened, 0)::bigint AS opened,
    coalesce(s.reopened, 0)::bigint AS reopened,
    coalesce(s.passed, 0)::bigint AS passed
FROM audit.run AS r
LEFT JOIN scans AS s ON r.id = s.run_id
WHERE $1::bigint IS NULL OR r.id = $1
ORDER BY r.id DESC
LIMIT $2;
