-- name: last_used
-- When operations on record types were last permitted to processes since an instant.
SELECT
    h.process,
    h.purpose,
    h.record_type,
    o.operation,
    max(h.hour) AS last_hour
FROM usage.hourly AS h
CROSS JOIN LATERAL unnest(string_to_array(h.operation, ',')) AS o (operation)
WHERE h.hour >= $1 AND h.requests > h.denied
GROUP BY h.process, h.purpose, h.record_type, o.operation;
