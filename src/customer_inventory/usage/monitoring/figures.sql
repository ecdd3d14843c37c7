-- name: used_since
-- What was used since an instant, by process, purpose and operation.
SELECT
    h.process,
    h.purpose,
    h.operation,
    sum(h.requests)::bigint AS requests,
    sum(h.errors)::bigint AS errors,
    sum(h.denied)::bigint AS denied,
    sum(h.records)::bigint AS records,
    sum(h.bytes)::bigint AS bytes
FROM usage.hourly AS h
WHERE h.hour >= $1
GROUP BY h.process, h.purpose, h.operation
ORDER BY h.process, h.purpose, h.operation;

-- name: meter_state
-- How far the meter is.
SELECT
    m.place,
    m.missed,
    m.metered_at
FROM usage.metered AS m;

-- name: stored_now
-- What tables took at the last look.
SELECT
    s.relation,
    s.heap_bytes,
    s.index_bytes,
    s.toast_bytes
FROM usage.stored AS s
WHERE s.at = (SELECT max(l.at) FROM usage.stored AS l)
ORDER BY s.relation;

-- name: database_state
-- The database as it is: its size, and sessions by state.
SELECT
    pg_database_size(current_database()) AS bytes,
    count(*) FILTER (WHERE a.state = 'active') AS active,
    count(*) FILTER (WHERE a.state = 'idle') AS idle,
    count(*) FILTER (WHERE a.state LIKE 'idle in transaction%') AS in_transaction
FROM pg_stat_activity AS a
WHERE a.datname = current_database();
