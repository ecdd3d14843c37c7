-- name: not_durable
-- Settings that lose what was acknowledged.
SELECT
    s.name AS object,
    CASE WHEN s.name = 'data_checksums' THEN 1 ELSE 2 END::float8 AS value,
    json_build_object('setting', s.setting) AS figures
FROM pg_settings AS s
WHERE
    s.setting = 'off'
    AND s.name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums')
    AND $1 >= 0;

-- name: forced_checkpoints
-- Checkpoints that were forced because the log was full, in percent of all.
SELECT
    'checkpoints' AS object,
    round(100 * c.num_requested::numeric / nullif(c.num_timed + c.num_requested, 0), 1)::float8
        AS value,
    json_build_object('forced', c.num_requested, 'timed', c.num_timed) AS figures
FROM pg_stat_checkpointer AS c
WHERE c.num_timed + c.num_requested >= $1;

-- name: archive_fails
-- Segments of the log that the server could not hand to its archive since the last that it could.
SELECT
    'archiver' AS object,
    a.failed_count::float8 AS value,
    json_build_object('failed', a.last_failed_time, 'archived', a.last_archived_time) AS figures
FROM pg_stat_archiver AS a
WHERE
    a.last_failed_time > coalesce(a.last_archived_time, '-infinity')
    AND a.failed_count >= $1
    AND current_setting('archive_mode') <> 'off';

-- name: replicas_behind
-- For how many seconds what replicas have replayed is behind. What receives the log to keep it (a
-- base copy under way, the archive) replays nothing and is none.
SELECT
    'replica ' || r.application_name AS object,
    extract(EPOCH FROM coalesce(r.replay_lag, r.write_lag))::float8 AS value,
    json_build_object('state', r.state, 'sync', r.sync_state) AS figures
FROM pg_stat_replication AS r
WHERE
    r.replay_lsn IS NOT NULL
    AND extract(EPOCH FROM coalesce(r.replay_lag, r.write_lag)) >= $1;

-- name: lost_slots
-- Slots that nobody receives from: 1, or 2 when the server has given them up.
SELECT
    s.slot_name::text AS object,
    CASE WHEN s.wal_status = 'lost' THEN 2 ELSE 1 END::float8 AS value,
    json_build_object('state', s.wal_status, 'type', s.slot_type) AS figures
FROM pg_replication_slots AS s
WHERE (s.wal_status = 'lost' OR NOT s.active) AND $1 >= 0;
