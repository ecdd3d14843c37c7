-- name: lock_migrations
-- Wait until no other migrator works on this database; the session's end unlocks.
SELECT pg_advisory_lock($1::bigint);
