-- name: next_place
-- The place after the last sealed entry, 0 for an empty log.
SELECT coalesce(max(l.number) + 1, 0) FROM access.sealed AS l;

-- name: counted_between
-- Sealed entries from one place to before another, summed by hour and by who did what.
SELECT
    date_trunc('hour', l.at, 'UTC') AS hour,
    l.process,
    l.purpose,
    l.operation,
    l.record_type,
    count(*) AS requests,
    count(*) FILTER (WHERE l.status >= 400) AS errors,
    count(*) FILTER (WHERE l.decision <> 'permit') AS denied,
    coalesce(sum(l.record_count) FILTER (WHERE l.decision = 'permit'), 0)::bigint AS records,
    sum(l.bytes)::bigint AS bytes
FROM access.sealed AS l
WHERE l.number >= $1 AND l.number < $2 AND l.at >= $3 AND l.at < $4
GROUP BY date_trunc('hour', l.at, 'UTC'), l.process, l.purpose, l.operation, l.record_type
ORDER BY date_trunc('hour', l.at, 'UTC'), l.process, l.purpose, l.operation, l.record_type;
