-- name: in_doubt
-- Rules that have false alarms now, of how many findings, those with the most first.
SELECT
    f.rule,
    min(r.name) AS name,
    min(f.requirement) AS requirement,
    min(f.owner) AS owner,
    count(*) FILTER (WHERE f.state = 'falseAlarm') AS false_alarms,
    count(*) AS findings
FROM audit.finding AS f
INNER JOIN audit.rule AS r ON f.rule = r.rule AND f.sha256 = r.sha256
WHERE f.state <> 'verified'
GROUP BY f.rule
HAVING count(*) FILTER (WHERE f.state = 'falseAlarm') > 0
ORDER BY false_alarms DESC, f.rule;
