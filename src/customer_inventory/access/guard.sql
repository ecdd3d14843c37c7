-- name: session_of_token
-- The process behind a token and what it may do for the token's purpose, if all of it is in force,
-- and when next the passing of time changes any of it.
SELECT
    p.id AS process,
    t.purpose,
    t.person,
    least(
        t.expires_at,
        (
            SELECT min(CASE WHEN q.valid_from > now() THEN q.valid_from ELSE q.valid_to END)
            FROM access.permission AS q
            WHERE
                q.process = p.id
                AND q.purpose = t.purpose
                AND (q.valid_from > now() OR q.valid_to > now())
        )
    ) AS good_until,
    coalesce((
        SELECT json_object_agg(q.record_type, array_to_json(q.operations))
        FROM access.permission AS q
        WHERE
            q.process = p.id
            AND q.purpose = t.purpose
            AND q.valid_from <= now()
            AND (q.valid_to IS NULL OR q.valid_to > now())
    ), '{}'::json) AS permissions
FROM access.token AS t
INNER JOIN access.process AS p ON t.process = p.id
WHERE
    t.sha256 = $1
    AND t.revoked_at IS NULL
    AND t.expires_at > now()
    AND p.state = 'active';
