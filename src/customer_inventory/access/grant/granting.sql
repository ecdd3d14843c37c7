-- name: lock_process
-- The state of a process; whoever asks for it next waits.
SELECT state
FROM access.process
WHERE id = $1
FOR UPDATE;

-- name: under_way
-- The grant that a process already asks for, for a part of a purpose.
SELECT id
FROM access.process_grant
WHERE
    process = $1
    AND purpose = $2
    AND part = $3
    AND state IN ('requested', 'reviewed', 'approved');

-- name: beside
-- A grant in force, of another part of the purpose, about a record type that this one is about.
SELECT
    o.id,
    o.part
FROM access.process_grant AS g
INNER JOIN access.process_grant AS o ON g.process = o.process AND g.purpose = o.purpose
WHERE
    g.id = $1
    AND o.part <> g.part
    AND o.state = 'active'
    AND (
        g.permissions ?| array(SELECT jsonb_object_keys(o.permissions))
        OR g.permissions ? '*'
        OR o.permissions ? '*'
    )
ORDER BY o.part
LIMIT 1;

-- name: request
-- Ask for a grant: the next version for the process and purpose.
INSERT INTO access.process_grant (
    id,
    process,
    purpose,
    version,
    permissions,
    terms,
    reason,
    valid_from,
    valid_to,
    sha256,
    requested_by,
    changed_by,
    entered_by,
    change_reason,
    part
)
SELECT
    $1,
    $2,
    $3,
    coalesce(max(g.version), 0) + 1,
    $4::text::jsonb,
    $5::text::jsonb,
    $6,
    $7,
    $8,
    $9,
    $10,
    $10,
    $11,
    $6,
    $12
FROM access.process_grant AS g
WHERE g.process = $2 AND g.purpose = $3;

-- name: locked
-- A grant, as one decides on it; whoever decides next waits.
SELECT
    id,
    process,
    purpose,
    part,
    state,
    sha256,
    requested_by,
    valid_to
FROM access.process_grant
WHERE id = $1
FOR UPDATE;

-- name: capacities_missing
-- The capacities in which nobody has agreed to a grant yet, and whether a person has each now.
SELECT
    n.capacity,
    coalesce(
        c.valid_from <= now() AND (c.valid_to IS NULL OR c.valid_to > now()), FALSE
    ) AS is_theirs
FROM access.process_grant AS g
CROSS JOIN LATERAL access.capacities_needed(g.permissions) AS n (capacity)
LEFT JOIN access.person_capacity AS c ON n.capacity = c.capacity AND c.person = $2
WHERE
    g.id = $1
    AND NOT EXISTS (
        SELECT FROM access.grant_decision AS d
        WHERE d.grant_id = g.id AND d.capacity = n.capacity
    )
ORDER BY n.capacity;

-- name: has_capacity
-- Whether a person has a capacity now.
SELECT TRUE
FROM access.person_capacity AS c
WHERE
    c.person = $1
    AND c.capacity = $2
    AND c.valid_from <= now()
    AND (c.valid_to IS NULL OR c.valid_to > now());

-- name: decide
-- Keep that a person agreed to the content of a grant, in a capacity.
INSERT INTO access.grant_decision (
    grant_id, capacity, person, requested_by, sha256, entered_by, reason
)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: step
-- Put a grant into a state, with who did it and why.
UPDATE access.process_grant
SET state = $2, changed_at = now(), changed_by = $3, entered_by = $4, change_reason = $5
WHERE id = $1;

-- name: supersede
-- End the grants of the same process, purpose and part that another takes the place of.
UPDATE access.process_grant
SET
    state = 'superseded',
    changed_at = now(),
    changed_by = $4,
    entered_by = $5,
    change_reason = $6
WHERE
    process = $1
    AND purpose = $2
    AND id <> $3
    AND part = $7
    AND state IN ('active', 'suspended');

-- name: expire
-- End the grants whose time has passed.
UPDATE access.process_grant
SET
    state = 'expired',
    changed_at = now(),
    changed_by = $1,
    entered_by = $1,
    change_reason = 'its validity ended'
WHERE state IN ('active', 'suspended') AND valid_to <= now()
RETURNING id;

-- name: list_grants
-- Grants, latest first: those of a process or of all, and one of them or all.
SELECT
    g.id,
    g.process,
    g.purpose,
    g.part,
    g.version,
    g.state,
    g.permissions::text AS permissions,
    g.terms::text AS terms,
    g.reason,
    g.valid_from,
    g.valid_to,
    g.requested_by,
    g.requested_at,
    g.changed_by,
    g.changed_at,
    encode(g.sha256, 'hex') AS sha256,
    coalesce((
        SELECT string_agg(n.capacity, ', ' ORDER BY n.capacity)
        FROM access.capacities_needed(g.permissions) AS n (capacity)
        WHERE NOT EXISTS (
            SELECT FROM access.grant_decision AS d
            WHERE d.grant_id = g.id AND d.capacity = n.capacity
        )
    ), '') AS approvals_missing,
    (
        SELECT min(d.person)
        FROM access.grant_decision AS d
        WHERE d.grant_id = g.id AND d.capacity LIKE 'dataOwner:%'
    ) AS approved_by
FROM access.process_grant AS g
WHERE
    ($1::text IS NULL OR g.process = $1)
    AND ($5::text IS NULL OR g.state = $5)
    AND ($2::text IS NULL OR g.id = $2)
    AND (
        $3::text IS NULL OR (g.requested_at, g.id) < (
            SELECT
                a.requested_at,
                a.id
            FROM access.process_grant AS a
            WHERE a.id = $3
        )
    )
ORDER BY g.requested_at DESC, g.id DESC
LIMIT $4 OFFSET $6;

-- name: count_grants
-- How many grants there are: of a process, a state, or that one.
SELECT count(*)
FROM access.process_grant AS g
WHERE
    ($1::text IS NULL OR g.process = $1)
    AND ($2::text IS NULL OR g.id = $2)
    AND ($3::text IS NULL OR g.state = $3);

-- name: history
-- Every state that a grant was in, first to last.
SELECT
    number,
    state,
    changed_at,
    changed_by,
    entered_by,
    reason
FROM access.grant_history
WHERE grant_id = $1
ORDER BY number;
