-- name: written_until
-- How far the log of the primary is.
SELECT pg_current_wal_insert_lsn()::text;

-- name: replayed
-- How many of some places of the log ($1, in their order) a standby has replayed, and how many
-- bytes it is behind the last of them.
SELECT
    pg_is_in_recovery() AS is_standby,
    count(*) FILTER (WHERE k.lsn::pg_lsn <= coalesce(pg_last_wal_replay_lsn(), '0/0')) AS replayed,
    greatest(
        0, max(k.lsn::pg_lsn) - coalesce(pg_last_wal_replay_lsn(), '0/0')
    )::bigint AS behind
FROM unnest($1::text[]) AS k (lsn);

-- name: tell_protected
-- Tell every service, once this is committed.
SELECT pg_notify($1, '');
