-- name: last_compared
-- The last comparison of each namespace that was ended, with the mapping and tolerances of it.
SELECT DISTINCT ON (p.namespace)
    p.namespace,
    p.reconciliation,
    p.records,
    n.source,
    n.alias,
    n.record_type,
    c.ended_at,
    c.rules,
    c.mapping,
    m.yaml
FROM capture.reconciliation_part AS p
INNER JOIN capture.reconciliation AS c ON p.reconciliation = c.id
INNER JOIN capture.namespace AS n ON p.namespace = n.number
INNER JOIN capture.mapping AS m ON c.mapping_sha256 = m.sha256
WHERE c.phase = 'done'
ORDER BY p.namespace ASC, p.reconciliation DESC;

-- name: differing
-- How many records of a namespace differed in an element, or in something in it, and do still.
SELECT
    count(DISTINCT i.record_id) AS differing,
    count(DISTINCT i.record_id) FILTER (WHERE i.state = 'accepted') AS accepted
FROM capture.reconciliation_item AS i
WHERE
    i.reconciliation = $1 AND i.namespace = $2
    AND i.kind = 'different' AND i.state IN ('open', 'accepted')
    AND (i.path = $3 OR starts_with(i.path, $3 || '.'));
