-- name: one_at_a_time
-- The service that keeps the archive and who takes a copy may both begin with it.
SELECT pg_advisory_xact_lock(hashtextextended($1, 0));

-- name: drop_lost_slot
-- A slot whose log the server gave up can never be received from again.
SELECT pg_drop_replication_slot(s.slot_name)
FROM pg_replication_slots AS s
WHERE s.slot_name = $1 AND NOT s.active AND s.wal_status = 'lost';

-- name: make_slot
-- The slot, from now on: the log is kept at once, not from the first receiver on.
SELECT pg_create_physical_replication_slot($1, TRUE)
WHERE
    NOT EXISTS (
        SELECT 1
        FROM pg_replication_slots AS s
        WHERE s.slot_name = $1
    );
