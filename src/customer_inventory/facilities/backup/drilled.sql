-- name: keep_drill
-- What a drill proved.
INSERT INTO facilities.drill (
    backup, recovery_seconds, point_seconds, tables, counted, different, audit_errors, process,
    person
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: drills
-- What the last drills proved, and when, the last first.
SELECT
    d.ended_at,
    d.backup,
    d.recovery_seconds,
    d.point_seconds,
    d.tables,
    d.counted,
    d.different,
    d.audit_errors,
    d.process,
    d.person
FROM facilities.drill AS d
ORDER BY d.number DESC
LIMIT $1;
