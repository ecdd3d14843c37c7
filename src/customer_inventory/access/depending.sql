-- name: last_uses
-- When each of these processes last did what it may, by the ledger.
WITH waiting AS (
    SELECT
        u.process,
        max(u.at) AS at
    FROM access.entry AS u
    WHERE u.place IS NULL AND u.decision = 'permit'
    GROUP BY u.process
)

SELECT
    p.id AS process,
    greatest(s.at, w.at) AS at
FROM access.process AS p
LEFT JOIN LATERAL (
    SELECT l.at
    FROM access.sealed AS l
    WHERE l.process = p.id AND l.decision = 'permit'
    ORDER BY l.at DESC
    LIMIT 1
) AS s ON TRUE
LEFT JOIN waiting AS w ON p.id = w.process
WHERE p.id = ANY($1::text[]);

-- name: lately
-- What the latest accesses of a process were, of all or those by one grant: how many, of how many
-- records, by how many people. So many of the latest are looked at, at most.
WITH latest AS MATERIALIZED (
    (
        SELECT
            l.at,
            l.purpose,
            l.operation,
            l.record_type,
            l.record_count,
            l.person,
            l.rule,
            l.decision
        FROM access.sealed AS l
        WHERE l.process = $1
        ORDER BY l.at DESC
        LIMIT $3
    )
    UNION ALL
    SELECT
        u.at,
        u.purpose,
        u.operation,
        u.record_type,
        u.record_count,
        u.person,
        u.rule,
        u.decision
    FROM access.entry AS u
    WHERE u.place IS NULL AND u.process = $1
)

SELECT
    e.purpose,
    e.operation,
    e.record_type,
    count(*) AS requests,
    coalesce(sum(e.record_count), 0)::bigint AS records,
    count(DISTINCT e.person) AS people,
    min(e.at) AS first_at,
    max(e.at) AS last_at
FROM latest AS e
WHERE e.decision = 'permit' AND ($2::text IS NULL OR position($2 IN e.rule) > 0)
GROUP BY e.purpose, e.operation, e.record_type
ORDER BY count(*) DESC, e.purpose, e.operation, e.record_type;

-- name: hanging
-- What acts through a process just now: for one purpose, or for any.
SELECT
    (
        SELECT count(*)
        FROM access.token AS t
        WHERE
            t.process = $1
            AND ($2::text IS NULL OR t.purpose = $2)
            AND t.revoked_at IS NULL
            AND t.expires_at > now()
    ) AS tokens,
    (
        SELECT count(*)
        FROM access.client AS c
        WHERE c.process = $1 AND c.state = 'active'
    ) AS clients,
    (
        SELECT count(*)
        FROM access.process_person AS m
        WHERE m.process = $1
    ) AS people,
    (
        SELECT count(*)
        FROM access.download AS d
        WHERE
            d.process = $1
            AND ($2::text IS NULL OR d.purpose = $2)
            AND d.state IN ('waiting', 'notStarted', 'running')
    ) AS downloads;
