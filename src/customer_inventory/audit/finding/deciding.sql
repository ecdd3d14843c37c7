-- name: decide
-- What is decided of findings that still fail, with who decided it and why.
WITH decided AS (
    UPDATE audit.finding AS f
    SET
        state = $2::text,
        assignee = CASE $2::text WHEN 'assigned' THEN $3 ELSE f.assignee END,
        due_on = coalesce($4, f.due_on),
        reason = $5,
        accepted_until = $6,
        changed_at = now()
    WHERE f.id = ANY($1::bigint[]) AND f.state <> 'verified'
    RETURNING f.id, f.bucket
),

told AS (
    INSERT INTO audit.step (finding_id, bucket, number, state, process, person, purpose, reason)
    SELECT
        d.id,
        d.bucket,
        1 + (
            SELECT count(*) FROM audit.step AS p
            WHERE p.finding_id = d.id AND p.bucket = d.bucket
        ),
        $2::text,
        $7,
        $8,
        $9,
        $5
    FROM decided AS d
)

SELECT d.id FROM decided AS d;
