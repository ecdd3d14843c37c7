-- name: requests_by_day
-- Entries of the ledger between two instants, day by day.
SELECT
    date_trunc('day', h.hour, 'UTC') AS day,
    sum(h.requests)::bigint AS requests
FROM usage.hourly AS h
WHERE h.hour >= $1 AND h.hour < $2
GROUP BY date_trunc('day', h.hour, 'UTC')
ORDER BY date_trunc('day', h.hour, 'UTC');
