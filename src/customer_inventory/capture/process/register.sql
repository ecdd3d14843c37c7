-- name: list_processes
-- Processes, or one, each with the version in force, else its latest, and how its runs went.
SELECT
    v.version,
    v.state,
    r.runs,
    r.out_of_control,
    r.failed,
    r.met,
    r.missed,
    r.last_is_met,
    r.mean_seconds,
    r.last_ended_at,
    v.content::json AS content,
    coalesce(
        r.last_ended_at
        > now() - make_interval(hours => (v.content -> 'load' ->> 'freshHours')::integer),
        v.content -> 'load' ->> 'freshHours' IS NULL
    ) AS is_fresh
FROM capture.process AS p
INNER JOIN capture.process_version AS v
    ON p.id = v.object_id AND coalesce(p.version_in_force, p.latest_version) = v.version
CROSS JOIN
    LATERAL (
        SELECT
            count(*) AS runs,
            count(*) FILTER (WHERE s.outcome = 'outOfControl') AS out_of_control,
            count(*) FILTER (WHERE s.outcome = 'failed') AS failed,
            count(*) FILTER (WHERE s.is_met) AS met,
            count(*) FILTER (WHERE NOT s.is_met) AS missed,
            (array_agg(s.is_met ORDER BY s.id DESC) FILTER (WHERE s.is_met IS NOT NULL))[1]
                AS last_is_met,
            avg(extract(EPOCH FROM s.ended_at - s.began_at)) FILTER (WHERE s.outcome <> 'failed')
            ::double precision AS mean_seconds,
            max(s.ended_at) FILTER (WHERE s.outcome <> 'failed') AS last_ended_at
        FROM capture.run AS s
        WHERE s.process_id = p.id
    ) AS r
WHERE $1::text IS NULL OR p.id = $1
ORDER BY p.id;

-- name: hold_tasks
-- Of tasks one process is put in force at a time.
SELECT pg_advisory_xact_lock(hashtext('capture.task'));

-- name: other_of_task
-- Another process than $1 in force that is of a task.
SELECT p.id
FROM capture.process AS p
INNER JOIN capture.process_version AS v
    ON p.id = v.object_id AND p.version_in_force = v.version
WHERE v.content ->> 'task' = $2 AND p.id <> $1
LIMIT 1;

-- name: kind_of
-- Of which kind a process is.
SELECT p.kind FROM capture.process AS p
WHERE p.id = $1;

-- name: make_process
-- A process that has no version yet.
INSERT INTO capture.process (id, kind) VALUES ($1, $2)
ON CONFLICT DO NOTHING;

-- name: in_force
-- What is in force: of all processes, or of one.
SELECT
    v.version,
    v.content::json AS content
FROM capture.process AS p
INNER JOIN capture.process_version AS v
    ON p.id = v.object_id AND p.version_in_force = v.version
WHERE $1::text IS NULL OR p.id = $1
ORDER BY p.id;
