-- name: last_commit
-- When the last transaction that was replayed was committed.
SELECT pg_last_xact_replay_timestamp();
