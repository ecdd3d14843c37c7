-- name: lock_queue
-- Wait until nobody else makes or changes the tables of the queue; the session's end unlocks.
SELECT pg_advisory_lock($1::bigint);
