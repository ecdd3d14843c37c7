-- name: lock_queue
-- Wait until nobody else makes or changes the tables of the queue; the session's end unlocks.
SELECT pg_advisory_lock($1::bigint);

-- name: queue_standing
-- How the queue is: jobs that are due and wait, since when, that are worked on, that failed.
SELECT
    count(*) FILTER (WHERE q.status = 'queued' AND q.execute_after <= now()) AS waiting,
    min(q.execute_after) FILTER (
        WHERE q.status = 'queued' AND q.execute_after <= now()
    ) AS oldest,
    count(*) FILTER (WHERE q.status = 'picked') AS running,
    count(*) FILTER (WHERE q.status = 'failed') AS failed
FROM job.pgqueuer AS q;

-- name: queue_by_name
-- Jobs by name: for how long the oldest that is due waits, for how long one that is worked on has
-- given no sign of life, how many failed.
SELECT
    q.entrypoint AS name,
    coalesce(
        extract(EPOCH FROM now() - min(q.execute_after) FILTER (
            WHERE q.status = 'queued' AND q.execute_after <= now()
        )), 0
    )::float8 AS waits,
    coalesce(
        extract(EPOCH FROM now() - min(q.heartbeat) FILTER (WHERE q.status = 'picked')), 0
    )::float8 AS silent,
    count(*) FILTER (WHERE q.status = 'failed') AS failed
FROM job.pgqueuer AS q
GROUP BY q.entrypoint
ORDER BY q.entrypoint;
