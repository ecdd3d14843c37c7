-- name: reads
-- Which groups of attributes were told of since an instant, to whom and for what.
SELECT
    e.process,
    e.purpose,
    e.record_type,
    g.name AS attribute_group,
    count(*) AS how_often,
    max(e.at) AS last_at
FROM access.entry AS e
CROSS JOIN LATERAL json_array_elements_text(e.groups) AS g (name)
WHERE e.at > $1 AND e.decision = 'permit' AND e.record_count > 0
GROUP BY e.process, e.purpose, e.record_type, g.name
ORDER BY e.process, e.purpose, e.record_type, g.name;
