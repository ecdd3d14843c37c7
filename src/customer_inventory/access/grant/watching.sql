-- name: expiring
-- Active grants and secrets of clients that end within a time; a secret beside a later one does not
-- matter.
SELECT
    'grant' AS kind,
    g.id,
    g.process,
    g.valid_to AS ends_at
FROM access.process_grant AS g
WHERE g.state = 'active' AND g.valid_to > now() AND g.valid_to <= now() + $1::interval
UNION ALL
SELECT
    'secret' AS kind,
    c.id,
    c.process,
    max(s.expires_at) AS ends_at
FROM access.client AS c
INNER JOIN access.client_secret AS s ON c.id = s.client
WHERE c.state = 'active'
GROUP BY c.id, c.process
HAVING max(s.expires_at) > now() AND max(s.expires_at) <= now() + $1::interval;

-- name: ungranted
-- What is permitted in production without a grant.
SELECT
    q.process,
    q.purpose,
    array_agg(q.record_type ORDER BY q.record_type) AS types
FROM access.permission AS q
WHERE
    q.grant_id IS NULL
    AND q.break_glass_id IS NULL
    AND q.process <> 'manage-customer-inventory'
    AND NOT EXISTS (
        SELECT FROM access.installation AS i
        WHERE i.kind = 'sandbox'
    )
GROUP BY q.process, q.purpose;

-- name: dormant_grants
-- Active grants that nobody used since a time, by the ledger. What is not sealed yet is looked at
-- once, for all of them.
WITH lately AS MATERIALIZED (
    SELECT DISTINCT
        e.value ->> 'process' AS process,
        e.value ->> 'purpose' AS purpose,
        e.value ->> 'rule' AS rule
    FROM access.segment AS s
    CROSS JOIN LATERAL json_array_elements(s.body) AS e (value)
)

SELECT
    g.id,
    g.process,
    greatest(g.changed_at, g.valid_from, u.at) AS unused_since
FROM access.process_grant AS g
LEFT JOIN LATERAL (
    SELECT l.at
    FROM access.sealed AS l
    WHERE
        l.process = g.process
        AND l.purpose = g.purpose
        AND l.decision = 'permit'
        -- Entries from before grants were named count for each.
        AND (l.rule IS NULL OR position(g.id IN l.rule) > 0)
    ORDER BY l.at DESC
    LIMIT 1
) AS u ON TRUE
WHERE
    g.state = 'active'
    AND greatest(g.changed_at, g.valid_from, u.at) < $1
    AND NOT EXISTS (
        SELECT FROM lately AS n
        WHERE
            n.process = g.process
            AND n.purpose = g.purpose
            AND (n.rule IS NULL OR position(g.id IN n.rule) > 0)
    );

-- name: dormant_clients
-- Active clients that asked for no token since a time; those of other issuers never do.
SELECT
    c.id,
    c.process,
    coalesce(u.last_used_at, c.registered_at) AS unused_since
FROM access.client AS c
LEFT JOIN access.client_use AS u ON c.id = u.client
WHERE
    c.state = 'active'
    AND c.auth_method IN ('client_secret_basic', 'private_key_jwt')
    AND coalesce(u.last_used_at, c.registered_at) < $1;

-- name: suspend_client
-- A client may ask for no tokens, and those it has end.
UPDATE access.client
SET state = 'suspended', generation = generation + 1
WHERE id = $1 AND state = 'active';
