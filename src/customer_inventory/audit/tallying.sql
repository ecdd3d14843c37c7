-- name: failing_after
-- What fails now of a type, after a number: record and rule.
SELECT
    f.id,
    f.record_id,
    f.rule
FROM audit.finding AS f
WHERE
    f.id > $2 AND f.record_type = $1
    AND f.state NOT IN ('verified', 'falseAlarm')
ORDER BY f.id
LIMIT $3;

-- name: failing_by
-- How many findings fail now of a type, by rule, who gave the values, and where they came from.
SELECT
    f.rule,
    f.process,
    f.source,
    f.capture_process,
    count(*) AS failed
FROM audit.finding AS f
WHERE f.record_type = $1 AND f.state NOT IN ('verified', 'falseAlarm')
GROUP BY f.rule, f.process, f.source, f.capture_process;

-- name: keep_tallies
-- How many records of a stratum fail rules.
INSERT INTO audit.tally (run_id, rule, stratum, name, population, failed)
SELECT
    $1,
    n.rule,
    n.stratum,
    n.name,
    n.population,
    n.failed
FROM
    unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
        AS n (rule, stratum, name, population, failed)
ON CONFLICT (run_id, rule, stratum, name) DO UPDATE
    SET population = excluded.population, failed = excluded.failed;
