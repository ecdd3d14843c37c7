-- name: lock_source
-- Whether this session is now the only one to do this work on a source; its end unlocks.
SELECT pg_try_advisory_lock($1::bigint);
