-- name: hourly_sums
-- What processes did between two instants, hour by hour; what was refused or failed is apart.
SELECT
    h.process,
    h.hour,
    sum(h.requests - h.errors)::bigint AS requests,
    sum(h.denied)::bigint AS denied,
    coalesce(sum(h.records) FILTER (WHERE h.operation = 'read'), 0)::bigint AS read,
    coalesce(sum(h.records) FILTER (WHERE h.operation = 'download'), 0)::bigint AS downloaded,
    coalesce(
        sum(greatest(h.records, h.requests - h.errors)) FILTER (
            WHERE h.operation NOT IN ('read', 'download', 'none')
        ), 0
    )::bigint AS changed
FROM usage.hourly AS h
WHERE h.process = ANY($1::text[]) AND h.hour >= $2 AND h.hour < $3
GROUP BY h.process, h.hour;

-- name: daily_words
-- With what processes had to do between two instants, day by day.
SELECT
    h.process,
    date_trunc('day', h.hour, 'UTC') AS day,
    h.purpose,
    h.operation,
    h.record_type,
    sum(h.requests - h.errors)::bigint AS requests,
    sum(h.records)::bigint AS records
FROM usage.hourly AS h
WHERE h.process = ANY($1::text[]) AND h.hour >= $2 AND h.hour < $3 AND h.requests > h.errors
GROUP BY h.process, date_trunc('day', h.hour, 'UTC'), h.purpose, h.operation, h.record_type;

-- name: active_days
-- On which days processes did anything, by purpose, between two instants.
SELECT
    h.process,
    h.purpose,
    array_agg(DISTINCT date_trunc('day', h.hour, 'UTC')) AS days
FROM usage.hourly AS h
WHERE h.process = ANY($1::text[]) AND h.hour >= $2 AND h.hour < $3 AND h.requests > h.errors
GROUP BY h.process, h.purpose;

-- name: habits
-- What the ledger tells of processes besides, between two instants.
SELECT
    h.process,
    h.starts_at,
    h.measure,
    h.about,
    h.number
FROM usage.habit AS h
WHERE h.process = ANY($1::text[]) AND h.starts_at >= $2 AND h.starts_at < $3;

-- name: confirmed_spans
-- When processes did what was confirmed to be misuse.
SELECT
    a.process,
    a.began_at,
    a.ended_at
FROM usage.anomaly AS a
WHERE a.process = ANY($1::text[]) AND a.state = 'confirmed' AND a.ended_at > $2;
