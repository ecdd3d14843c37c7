-- name: list_findings
-- Findings after a position, with what their rule is called, by what they are of and how they are.
SELECT
    f.id,
    f.state,
    f.severity,
    f.record_type,
    f.record_id,
    f.path,
    f.rule,
    r.name AS what,
    f.requirement,
    f.dimension,
    f.since,
    f.process,
    f.given_at,
    f.source,
    f.capture_process,
    f.owner,
    f.assignee,
    f.due_on,
    f.reason,
    f.accepted_until,
    f.run_id,
    f.changed_at
FROM audit.finding AS f
INNER JOIN audit.rule AS r ON f.rule = r.rule AND f.sha256 = r.sha256
WHERE
    f.id > $1
    AND f.record_type = ANY($3::text[])
    AND ($4::text[] IS NULL OR f.state = ANY($4))
    AND ($5::text IS NULL OR f.rule = $5)
    AND ($6::text IS NULL OR f.requirement = $6)
    AND ($7::text IS NULL OR f.dimension = $7)
    AND ($8::text IS NULL OR f.severity = $8)
    AND ($9::text IS NULL OR f.source = $9)
    AND ($10::text IS NULL OR f.process = $10)
    AND ($11::text IS NULL OR f.capture_process = $11)
    AND ($12::text IS NULL OR f.owner = $12)
    AND ($13::text IS NULL OR f.assignee = $13)
    AND ($14::text IS NULL OR f.record_id = $14)
    AND ($15::bigint[] IS NULL OR f.id = ANY($15))
    AND (NOT $16::boolean OR f.due_on < current_date)
    AND ($17::text[] IS NULL OR f.record_id = ANY($17))
ORDER BY f.id
LIMIT $2;

-- name: steps_of
-- What became of a finding after it was opened, in order.
SELECT
    s.number,
    s.state,
    s.process,
    s.person,
    s.purpose,
    s.reason,
    s.run_id,
    s.taken_at
FROM audit.step AS s
WHERE s.finding_id = $1
ORDER BY s.number;
