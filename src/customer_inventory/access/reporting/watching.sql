-- name: end_long_statements
-- End the sessions of roles $1 that are in one transaction for longer than $2.
SELECT count(pg_terminate_backend(a.pid))
FROM pg_stat_activity AS a
WHERE a.usename = ANY($1::text[]) AND a.xact_start < clock_timestamp() - $2::interval;

-- name: take_accesses
-- Take the accesses noted by views, oldest first, $1 at most.
WITH first AS (
    SELECT f.ctid
    FROM access.reporting_access AS f
    ORDER BY f.at
    LIMIT $1
)

DELETE FROM access.reporting_access AS a
USING first
WHERE a.ctid = first.ctid
RETURNING a.role, a.process, a.purpose, a.record_type, a.at, a.source;
