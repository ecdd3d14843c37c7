-- name: raise_alerts
-- Raise what is not raised yet, and note of the others how it stands; those that are new.
WITH breached AS MATERIALIZED (
    SELECT b.*
    FROM
        unnest(
            $1::text[], $2::text[], $3::float8[], $4::float8[], $5::bigint[], $6::bigint[]
        ) AS b (id, rule, threshold, score, failed, population)
),

still AS (
    UPDATE audit.alert AS a
    SET
        last_seen_at = now(),
        threshold = b.threshold,
        score = b.score,
        failed = b.failed,
        population = b.population
    FROM breached AS b
    WHERE a.rule = b.rule AND a.cleared_at IS NULL
    RETURNING a.rule
),

raised AS (
    INSERT INTO audit.alert (id, rule, threshold, score, failed, population)
    SELECT b.*
    FROM breached AS b
    WHERE b.rule NOT IN (SELECT s.rule FROM still AS s)
    ON CONFLICT DO NOTHING
    RETURNING *
)

SELECT r.id FROM raised AS r;

-- name: clear_alerts
-- Clear the alerts of rules that hold as declared, and of those that are not asked any more.
UPDATE audit.alert AS a
SET
    cleared_at = now(),
    why_cleared = CASE WHEN a.rule = ANY($1::text[]) THEN 'met' ELSE 'notAsked' END
WHERE
    a.cleared_at IS NULL
    AND (a.rule = ANY($1::text[]) OR a.rule <> ALL($2::text[]))
RETURNING a.id;

-- name: list_alerts
-- Alerts that are raised or are not, or of these ids, those raised last first.
SELECT
    a.*,
    n.name,
    n.record_type,
    n.requirement,
    n.dimension,
    n.aspect
FROM audit.alert AS a
LEFT JOIN LATERAL (
    SELECT
        u.name,
        t.record_type,
        t.requirement,
        t.dimension,
        t.aspect
    FROM audit.result AS t
    INNER JOIN audit.rule AS u ON t.rule = u.rule AND t.sha256 = u.sha256
    WHERE t.rule = a.rule
    ORDER BY t.run_id DESC
    LIMIT 1
) AS n ON TRUE
WHERE
    ($1::boolean IS NULL OR (a.cleared_at IS NULL) = $1::boolean)
    AND ($2::text[] IS NULL OR a.id = ANY($2::text[]))
ORDER BY a.raised_at DESC, a.id DESC
LIMIT $3::bigint;
