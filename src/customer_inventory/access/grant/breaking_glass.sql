-- name: open_glass
-- Break the glass: permissions follow in the same transaction.
INSERT INTO access.break_glass (
    id,
    process,
    purpose,
    person,
    permissions,
    reason,
    ticket,
    entered_by,
    valid_to,
    review_due_at
)
VALUES ($1, $2, $3, $4, $5::text::jsonb, $6, $7, $8, now() + $9::interval, $10)
RETURNING code, valid_to;

-- name: end_glass
-- End it before its time.
UPDATE access.break_glass
SET ended_at = now(), ended_by = $2
WHERE id = $1 AND ended_at IS NULL
RETURNING id;

-- name: end_expired
-- End what has passed its time.
UPDATE access.break_glass
SET ended_at = now(), ended_by = $1
WHERE ended_at IS NULL AND valid_to <= now()
RETURNING id;

-- name: reviewing_capacity
-- A capacity in which a person reviews now.
SELECT c.capacity
FROM access.person_capacity AS c
WHERE
    c.person = $1
    AND c.capacity IN ('dpo', 'reviewer', 'security')
    AND c.valid_from <= now()
    AND (c.valid_to IS NULL OR c.valid_to > now())
ORDER BY c.capacity
LIMIT 1;

-- name: review_glass
-- Keep what was found, once.
UPDATE access.break_glass
SET
    reviewed_at = now(),
    reviewed_by = $2,
    review_capacity = $3,
    verdict = $4,
    review = $5
WHERE id = $1 AND reviewed_at IS NULL
RETURNING id;

-- name: list_openings
-- Openings, latest first: one, all, those after one, or those that wait for their review with the
-- due ones first.
SELECT
    b.id,
    b.code,
    b.process,
    b.purpose,
    b.person,
    b.permissions::text AS permissions,
    b.reason,
    b.ticket,
    b.entered_by,
    b.opened_at,
    b.valid_to,
    b.ended_at,
    b.ended_by,
    b.review_due_at,
    b.reviewed_at,
    b.reviewed_by,
    b.verdict,
    b.review,
    b.reviewed_at IS NULL AND b.review_due_at < now() AS is_overdue
FROM access.break_glass AS b
WHERE
    ($1::text IS NULL OR b.id = $1)
    AND (NOT $2 OR b.reviewed_at IS NULL)
    AND (
        $3::text IS NULL OR (b.opened_at, b.id) < (
            SELECT
                a.opened_at,
                a.id
            FROM access.break_glass AS a
            WHERE a.id = $3
        )
    )
ORDER BY CASE WHEN $2 THEN b.review_due_at END, b.opened_at DESC, b.id DESC
LIMIT $4;
