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
