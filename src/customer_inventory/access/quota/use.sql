-- name: use_of_process
-- The budgets that a process was given or has begun to use; a row without one when it has none.
WITH said AS (
    SELECT
        q.purpose,
        q.record_type,
        b.key AS budget,
        b.value::bigint AS most
    FROM access.permission AS q
    CROSS JOIN LATERAL jsonb_each_text(q.terms -> 'quota') AS b
    WHERE q.process = $1
),

known AS (
    SELECT
        s.purpose,
        s.record_type,
        s.budget
    FROM said AS s
    UNION
    SELECT
        u.purpose,
        u.record_type,
        u.budget
    FROM access.quota AS u
    WHERE u.process = $1
)

SELECT
    k.purpose,
    k.record_type,
    k.budget,
    s.most,
    u.began,
    u.taken
FROM access.process AS p
LEFT JOIN known AS k ON p.id = $1
LEFT JOIN said AS s
    ON
        k.purpose = s.purpose
        AND k.record_type = s.record_type
        AND k.budget = s.budget
LEFT JOIN access.quota AS u
    ON
        p.id = u.process
        AND k.purpose = u.purpose
        AND k.record_type = u.record_type
        AND k.budget = u.budget
WHERE p.id = $1
ORDER BY k.purpose, k.record_type, k.budget;
