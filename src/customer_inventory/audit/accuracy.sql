-- name: keep_accuracy
-- How many records agree with their source in an element.
INSERT INTO audit.result (
    run_id, rule, sha256, record_type, requirement, dimension, aspect, threshold, looked_at,
    population, failed, accepted
)
VALUES ($1, $2, $3, $4, $5, 'accuracy', 'semantic', $6, $7, $7, $8, $9)
ON CONFLICT (run_id, rule) DO UPDATE SET
    population = excluded.population,
    failed = excluded.failed,
    accepted = excluded.accepted;

-- name: keep_comparison
-- With which source, and when that was compared.
INSERT INTO audit.comparison (run_id, rule, source, compared_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (run_id, rule) DO UPDATE SET
    source = excluded.source,
    compared_at = excluded.compared_at;

-- name: by_source
-- What came of rules of accuracy when they were last judged.
SELECT DISTINCT ON (r.rule)
    r.rule,
    r.record_type,
    r.population,
    r.failed,
    c.source,
    c.compared_at,
    n.said::text::json AS said
FROM audit.comparison AS c
INNER JOIN audit.run AS u ON c.run_id = u.id AND u.state = 'done'
INNER JOIN audit.result AS r ON c.run_id = r.run_id AND c.rule = r.rule
INNER JOIN audit.rule AS n ON r.rule = n.rule AND r.sha256 = n.sha256
WHERE r.rule = ANY($1::text[])
ORDER BY r.rule ASC, r.run_id DESC;

-- name: by_campaign
-- What campaigns found, of each population and elements the last.
SELECT DISTINCT ON (c.record_type, c.filter, c.elements)
    c.name,
    c.record_type,
    c.elements,
    c.closed_at,
    c.statement
FROM audit.campaign AS c
WHERE c.state = 'closed'
ORDER BY c.record_type ASC, c.filter ASC, c.elements ASC, c.closed_at DESC;
