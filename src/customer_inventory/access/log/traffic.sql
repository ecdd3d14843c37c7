-- name: traffic
-- The entries of a process for a purpose since an instant, oldest first, sealed or not yet.
SELECT
    e.place,
    e.at,
    e.operation,
    e.record_type,
    e.record_ids::text AS record_ids,
    e.record_count,
    e.status,
    e.decision,
    e.rule,
    e.groups::text AS groups
FROM access.entry AS e
WHERE e.process = $1 AND e.purpose = $2 AND e.at >= $3
ORDER BY e.at, e.seq, e.number;
