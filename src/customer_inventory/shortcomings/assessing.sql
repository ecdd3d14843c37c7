-- name: statistics_days
-- For how many days the server has kept its statistics: since they were reset, or else since the
-- inventory was made in it.
SELECT
    (
        extract(
            EPOCH FROM now() - coalesce(
                d.stats_reset,
                (SELECT min(s.taken_at) FROM shortcomings.snapshot AS s),
                now()
            )
        ) / 86400
    )::float8
FROM pg_stat_database AS d
WHERE d.datname = current_database();
