-- name: current
-- What came of each rule that is still asked, in the last run that asked it.
WITH latest AS (
    SELECT DISTINCT ON (r.rule) r.*
    FROM audit.result AS r
    INNER JOIN audit.run AS u ON r.run_id = u.id
    WHERE u.state = 'done'
    ORDER BY r.rule, r.run_id DESC
)

SELECT
    l.run_id,
    l.rule,
    n.name AS what,
    l.record_type,
    l.requirement,
    l.dimension,
    l.aspect,
    l.threshold,
    l.looked_at,
    l.population,
    l.failed,
    l.accepted,
    l.error
FROM latest AS l
INNER JOIN audit.rule AS n ON l.rule = n.rule AND l.sha256 = n.sha256
WHERE $1::text[] IS NULL OR l.rule = ANY($1)
ORDER BY l.record_type, l.rule;

-- name: over_time
-- What came of rules in each of the last runs over all types, oldest first.
WITH runs AS (
    SELECT
        u.id,
        u.ended_at
    FROM audit.run AS u
    WHERE u.state = 'done' AND u.record_types = '{}'
    ORDER BY u.id DESC
    LIMIT $1
)

SELECT
    u.id AS run_id,
    u.ended_at,
    r.rule,
    r.record_type,
    r.dimension,
    r.aspect,
    r.threshold,
    r.population,
    r.failed,
    r.error
FROM runs AS u
INNER JOIN audit.result AS r ON u.id = r.run_id
ORDER BY u.id, r.rule;

-- name: strata_over_time
-- How strata of a kind stood after each of the last runs that tallied some, oldest first.
WITH runs AS (
    SELECT
        u.id,
        u.ended_at
    FROM audit.run AS u
    WHERE
        u.state = 'done'
        AND EXISTS (
            SELECT FROM audit.tally AS t
            WHERE t.run_id = u.id AND t.stratum = $1
        )
    ORDER BY u.id DESC
    LIMIT $2
),

latest AS (
    SELECT
        u.id,
        u.ended_at,
        t.rule,
        max(t.run_id) AS run_id
    FROM runs AS u
    INNER JOIN audit.tally AS t ON u.id >= t.run_id
    INNER JOIN audit.run AS d ON t.run_id = d.id AND d.state = 'done'
    GROUP BY u.id, u.ended_at, t.rule
)

SELECT
    l.id AS run_id,
    l.ended_at,
    t.name,
    sum(t.population)::bigint AS population,
    sum(t.failed)::bigint AS failed
FROM latest AS l
INNER JOIN audit.tally AS t ON l.rule = t.rule AND l.run_id = t.run_id
WHERE t.stratum = $1
GROUP BY l.id, l.ended_at, t.name
ORDER BY l.id, t.name;

-- name: by_stratum
-- How strata stood when they were last counted, over the rules that are still asked.
WITH latest AS (
    SELECT
        t.rule,
        max(t.run_id) AS run_id
    FROM audit.tally AS t
    INNER JOIN audit.run AS u ON t.run_id = u.id AND u.state = 'done'
    GROUP BY t.rule
)

SELECT
    t.stratum,
    t.name,
    sum(t.population)::bigint AS population,
    sum(t.failed)::bigint AS failed
FROM latest AS l
INNER JOIN audit.tally AS t ON l.rule = t.rule AND l.run_id = t.run_id
WHERE $1::text[] IS NULL OR t.rule = ANY($1)
GROUP BY t.stratum, t.name
ORDER BY t.stratum, sum(t.failed) DESC, t.name;

-- name: open_work
-- How much there is to do: findings by state and severity, and how many are past their day.
SELECT
    f.state,
    f.severity,
    count(*) AS findings,
    count(*) FILTER (WHERE f.due_on < current_date) AS overdue
FROM audit.finding AS f
WHERE f.state <> 'verified'
GROUP BY f.state, f.severity
ORDER BY f.state, f.severity;

-- name: owners
-- Who has how much to do.
SELECT
    coalesce(f.assignee, f.owner, '') AS who,
    count(*) AS findings,
    count(*) FILTER (WHERE f.due_on < current_date) AS overdue
FROM audit.finding AS f
WHERE f.state IN ('open', 'assigned', 'corrected')
GROUP BY coalesce(f.assignee, f.owner, '')
ORDER BY findings DESC, who
LIMIT 50;

-- name: false_alarms
-- How many false alarms each rule has.
SELECT
    f.rule,
    count(*) AS false_alarms
FROM audit.finding AS f
WHERE f.state = 'falseAlarm'
GROUP BY f.rule;

-- name: responsible
-- Who has to see to what fails rules.
SELECT
    f.rule,
    array_agg(DISTINCT coalesce(f.assignee, f.owner) ORDER BY coalesce(f.assignee, f.owner))
        AS people
FROM audit.finding AS f
WHERE
    f.rule = ANY($1::text[]) AND f.state IN ('open', 'assigned', 'corrected')
    AND coalesce(f.assignee, f.owner) IS NOT NULL
GROUP BY f.rule;

-- name: failing_records
-- Of how many records something fails.
SELECT count(*)
FROM (
    SELECT DISTINCT
        f.record_type,
        f.record_id
    FROM audit.finding AS f
    WHERE f.state NOT IN ('verified', 'falseAlarm')
) AS d;
