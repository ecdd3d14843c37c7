-- name: traffic
-- The entries of a process for a purpose since an instant, oldest first, sealed or not yet.
SELECT
    e.place,
    e.at,
    e.operation,
    e.record_type,
    e.record_count,
    e.status,
    e.decision,
    e.rule,
    array(SELECT json_array_elements_text(e.record_ids)) AS record_ids,
    array(SELECT json_array_elements_text(e.groups)) AS groups
FROM access.entry AS e
WHERE e.process = $1 AND e.purpose = $2 AND e.at >= $3
ORDER BY e.at, e.seq, e.number;
