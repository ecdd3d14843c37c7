-- name: waiting_for_restart
-- Settings that hold from the next start of the server on.
SELECT
    s.name AS object,
    1::float8 AS value,
    json_build_object('setting', s.setting) AS figures
FROM pg_settings AS s
WHERE s.pending_restart AND $1 >= 0;

-- name: small_cache
-- How many times what is read lies beyond the server's own cache: its database in shared buffers.
SELECT
    'shared_buffers' AS object,
    round(
        pg_database_size(current_database())::numeric
        / pg_size_bytes(current_setting('shared_buffers')),
        1
    )::float8 AS value,
    json_build_object('bytes', pg_size_bytes(current_setting('shared_buffers'))) AS figures
WHERE
    pg_size_bytes(current_setting('shared_buffers')) < 134217728
    AND pg_database_size(current_database()) / 1e6 >= $1;

-- name: old_server
-- Whether the server is of a major version that is not mended any more, or soon will not be.
SELECT
    'PostgreSQL ' || current_setting('server_version') AS object,
    CASE
        WHEN v.ends < now() THEN 2
        WHEN v.ends < now() + interval '180 days' THEN 1
        ELSE 0
    END::float8 AS value,
    json_build_object('mended until', v.ends::date) AS figures
FROM (
    VALUES
    (16, timestamptz '2028-11-09'), (17, timestamptz '2029-11-08'), (18, timestamptz '2030-11-14')
) AS v (major, ends)
WHERE v.major = current_setting('server_version_num')::int / 10000 AND $1 >= 0;

-- name: statistics_off
-- What the server does not keep that others checks need.
SELECT
    m.name AS object,
    1::float8 AS value,
    json_build_object('for', m.wanted) AS figures
FROM (
    SELECT
        'pg_stat_statements' AS name,
        'what statements and processes cost' AS wanted
    WHERE
        NOT EXISTS (
            SELECT FROM pg_extension AS e
            WHERE e.extname = 'pg_stat_statements'
        )
    UNION ALL
    SELECT
        s.name,
        'what tables and sessions do'
    FROM pg_settings AS s
    WHERE s.name IN ('track_counts', 'track_activities') AND s.setting = 'off'
) AS m
WHERE $1 >= 0;
