-- name: add_latencies
-- Answers counted by length are added to what their hour has.
INSERT INTO usage.latency AS h (
    hour, process, operation, record_type, bucket, requests, microseconds
)
SELECT
    date_trunc('hour', now(), 'UTC'),
    n.process,
    n.operation,
    n.record_type,
    n.bucket,
    n.requests,
    n.microseconds
FROM
    unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::bigint[], $6::bigint[]) AS n (
        process, operation, record_type, bucket, requests, microseconds
    )
ON CONFLICT (hour, process, operation, record_type, bucket) DO UPDATE
    SET
        requests = h.requests + excluded.requests,
        microseconds = h.microseconds + excluded.microseconds;

-- name: latencies_between
-- How long answers took between two instants, by process, operation, record type and length.
SELECT
    h.process,
    h.operation,
    h.record_type,
    h.bucket,
    sum(h.requests)::bigint AS requests,
    sum(h.microseconds)::bigint AS microseconds
FROM usage.latency AS h
WHERE h.hour >= $1 AND h.hour < $2
GROUP BY h.process, h.operation, h.record_type, h.bucket
ORDER BY h.process, h.operation, h.record_type, h.bucket;
