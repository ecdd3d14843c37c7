-- name: unfinished_run
-- The run that was not ended, if there is one.
SELECT
    r.id,
    r.record_types,
    r.is_full
FROM audit.run AS r
WHERE r.state = 'running'
ORDER BY r.id DESC
LIMIT 1;

-- name: break_off
-- Runs that were not ended are not gone on with.
UPDATE audit.run
SET state = 'brokenOff', ended_at = now()
WHERE state = 'running';

-- name: begin_run
-- A run begins.
INSERT INTO audit.run (record_types, is_full, process, person, purpose)
VALUES ($1, $2, $3, $4, $5)
RETURNING id;

-- name: plan_scan
-- A scan that a run is to make.
INSERT INTO audit.scan (run_id, number, record_type, rules, sha256, is_full, floor, snapshot)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: note_rules
-- What rules say and are called, unless it is known.
INSERT INTO audit.rule AS r (rule, sha256, name, said)
SELECT
    n.rule,
    n.sha256,
    n.name,
    n.said::jsonb
FROM unnest($1::text[], $2::bytea[], $3::text[], $4::text[]) AS n (rule, sha256, name, said)
ON CONFLICT (rule, sha256) DO UPDATE SET name = excluded.name WHERE r.name <> excluded.name;

-- name: scans_left
-- The scans of a run that are not ended, in order.
SELECT
    s.number,
    s.record_type,
    s.rules,
    s.sha256,
    s.is_full,
    s.floor,
    s.snapshot,
    s.after_id,
    s.looked_at
FROM audit.scan AS s
WHERE s.run_id = $1 AND s.ended_at IS NULL
ORDER BY s.number;

-- name: coverage
-- What was asked of all records, and since when what changed was not looked at.
SELECT
    c.rule,
    c.sha256,
    c.record_type,
    c.floor,
    c.snapshot,
    c.population,
    c.full_at
FROM audit.coverage AS c;

-- name: highest_floor
-- The highest number of the outbox that any mark has.
SELECT coalesce(max(s.floor), 0) FROM audit.scan AS s;

-- name: wholly_scanned
-- The types of which a run looked at everything.
SELECT DISTINCT s.record_type
FROM audit.scan AS s
WHERE s.run_id = $1 AND s.is_full
ORDER BY s.record_type;
