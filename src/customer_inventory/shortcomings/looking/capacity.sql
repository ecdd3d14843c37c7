-- name: sequence_exhaustion
-- How much of what a sequence can give was given, in percent; a column may hold less than it.
SELECT
    format('%I.%I', s.schemaname, s.sequencename) AS object,
    round(
        100 * s.last_value::numeric / least(s.max_value, coalesce(o.most, s.max_value)), 2
    )::float8
        AS value,
    json_build_object('last', s.last_value, 'most', least(s.max_value, o.most)) AS figures
FROM pg_sequences AS s
LEFT JOIN LATERAL (
    SELECT
        CASE a.atttypid
            WHEN 'smallint'::regtype THEN 32767
            WHEN 'integer'::regtype THEN 2147483647
        END::bigint AS most
    FROM pg_depend AS d
    INNER JOIN pg_attribute AS a ON d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
    WHERE
        d.objid = format('%I.%I', s.schemaname, s.sequencename)::regclass
        AND d.deptype IN ('a', 'i')
        AND d.classid = 'pg_class'::regclass
    LIMIT 1
) AS o ON TRUE
WHERE s.last_value >= $1;

-- name: temporary_files
-- Gigabytes a day that sorts and joins wrote to disk because memory was short.
SELECT
    d.datname AS object,
    round(
        (
            d.temp_bytes / 1e9 / greatest(extract(EPOCH FROM now() - d.stats_reset) / 86400, 1)
        )::numeric,
        3
    )::float8 AS value,
    json_build_object('files', d.temp_files, 'bytes', d.temp_bytes) AS figures
FROM pg_stat_database AS d
WHERE d.datname = current_database() AND d.temp_bytes / 1e9 >= $1;

-- name: log_kept
-- Gigabytes of the log that a slot keeps from being reused.
SELECT
    s.slot_name::text AS object,
    round((pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn) / 1e9)::numeric, 3)::float8
        AS value,
    json_build_object('active', s.active, 'state', s.wal_status) AS figures
FROM pg_replication_slots AS s
WHERE pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn) / 1e9 >= $1;

-- name: narrow_keys
-- Keys of four bytes or less on tables that grow: how much of their range is used, in percent.
SELECT
    format('%I.%I.%I', n.nspname, c.relname, a.attname) AS object,
    round(
        100
        * c.reltuples::numeric
        / CASE a.atttypid WHEN 'smallint'::regtype THEN 32767 ELSE 2147483647 END,
        2
    )
    ::float8 AS value,
    json_build_object('rows', c.reltuples::bigint, 'type', format_type(a.atttypid, NULL)) AS figures
FROM pg_index AS i
INNER JOIN pg_class AS c ON i.indrelid = c.oid
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
INNER JOIN pg_attribute AS a ON c.oid = a.attrelid AND i.indkey[0] = a.attnum
WHERE
    i.indisprimary
    AND i.indnkeyatts = 1
    AND a.atttypid IN ('smallint'::regtype, 'integer'::regtype)
    AND n.nspname NOT LIKE 'pg\_%'
    AND c.reltuples >= $1;
