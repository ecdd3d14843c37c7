-- name: begin_run
-- Begin a run of a process; one that was broken off has failed.
WITH broken AS (
    UPDATE capture.run AS r
    SET ended_at = now(), outcome = 'failed', problem = 'broken off'
    WHERE r.process_id = $1 AND r.ended_at IS NULL
)

INSERT INTO capture.run (process_id, version, person)
VALUES ($1, $2, $3)
RETURNING id;

-- name: end_run
-- End a run: its load, what its controls say, what went wrong, what it counted.
UPDATE capture.run
SET
    ended_at = now(),
    import = $2,
    outcome = $3,
    problem = $4,
    figures = $5::jsonb,
    is_met = $6
WHERE id = $1;

-- name: list_runs
-- Runs, newest first, of a process or all, with what their loads did; `corrected` are rows refused
-- then that have loaded since.
SELECT
    r.id,
    r.process_id AS process,
    r.version,
    r.began_at,
    r.ended_at,
    extract(EPOCH FROM r.ended_at - r.began_at)::double precision AS seconds,
    r.outcome,
    r.problem,
    r.person,
    r.figures::json AS figures,
    r.is_met,
    i.rows_read,
    i.rows_refused,
    (
        SELECT count(DISTINCT f.row_id)
        FROM capture.refusal AS f
        INNER JOIN capture.quarantine AS q ON f.row_id = q.id
        WHERE f.import = r.import AND q.state = 'loaded'
    ) AS corrected,
    r.import
FROM capture.run AS r
LEFT JOIN capture.import AS i ON r.import = i.id
WHERE $1::text IS NULL OR r.process_id = $1
ORDER BY r.id DESC
LIMIT $2;

-- name: list_sources
-- Sources: what was loaded of each, what waits in quarantine, and how old it is.
SELECT
    i.source,
    count(*) AS loads,
    sum(i.rows_read)::bigint AS rows,
    sum(i.rows_refused)::bigint AS refused,
    (
        SELECT count(*)
        FROM capture.quarantine AS q
        WHERE q.source = i.source AND q.state = 'waiting'
    ) AS waiting,
    max(i.ended_at) AS last_ended_at
FROM capture.import AS i
GROUP BY i.source
ORDER BY i.source;
