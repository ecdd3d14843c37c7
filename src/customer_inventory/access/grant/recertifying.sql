-- name: open_campaign
-- A campaign begins, unless there is nothing to decide: an item for each type of each active grant,
-- of an owner, on a type, of a process, that was not confirmed since a time. With what is known of
-- its use in the last 92 days.
WITH item AS MATERIALIZED (
    SELECT
        g.id AS grant_id,
        'dataOwner:' || e.key AS capacity,
        g.requested_by,
        g.sha256,
        p.owner_person,
        json_build_object(
            'activeSince', g.changed_at,
            'lastUsedAt', u.at,
            'operationsUsed', u.operations
        ) AS evidence
    FROM access.process_grant AS g
    INNER JOIN access.process AS p ON g.process = p.id
    CROSS JOIN LATERAL jsonb_object_keys(g.permissions) AS e (key)
    LEFT JOIN LATERAL (
        SELECT
            max(l.at) AS at,
            array_agg(DISTINCT l.operation) AS operations
        FROM access.sealed AS l
        WHERE
            l.process = g.process
            AND l.purpose = g.purpose
            AND l.decision = 'permit'
            AND (l.rule IS NULL OR position(g.id IN l.rule) > 0)
            AND l.at >= greatest(g.changed_at, now() - interval '92 days')
    ) AS u ON TRUE
    WHERE
        g.state = 'active'
        AND ($7::text IS NULL OR p.owner = $7 OR p.owner_person = $7)
        AND ($8::text IS NULL OR e.key = $8)
        AND ($9::text IS NULL OR g.process = $9)
        AND g.changed_at <= $10
        AND NOT EXISTS (
            SELECT FROM access.campaign_item AS i
            INNER JOIN access.campaign AS c ON i.campaign = c.id
            WHERE
                i.grant_id = g.id
                AND i.capacity = 'dataOwner:' || e.key
                AND (c.closed_at IS NULL OR (i.decision = 'keep' AND i.decided_at > $10))
        )
),

opened AS (
    INSERT INTO access.campaign (id, title, asked_for, opened_by, entered_by, due_at)
    SELECT $1, $2, $3::text::jsonb, $4, $5, $6::timestamptz
    WHERE EXISTS (SELECT FROM item)
    RETURNING id AS campaign
)

INSERT INTO access.campaign_item (
    campaign, grant_id, capacity, requested_by, sha256, owner_person, evidence
)
SELECT
    o.campaign,
    i.grant_id,
    i.capacity,
    i.requested_by,
    i.sha256,
    i.owner_person,
    i.evidence
FROM opened AS o
CROSS JOIN item AS i
RETURNING grant_id;

-- name: list_campaigns
-- Campaigns, latest first: all, those after one, or one, with how far each is.
SELECT
    c.id,
    c.title,
    c.asked_for::text AS asked_for,
    c.opened_at,
    c.opened_by,
    c.entered_by,
    c.due_at,
    c.closed_at,
    count(*) AS items,
    count(*) FILTER (WHERE i.decision = 'keep') AS kept,
    count(*) FILTER (WHERE i.decision = 'narrow') AS narrowed,
    count(*) FILTER (WHERE i.decision = 'revoke') AS revoked,
    count(*) FILTER (WHERE i.decision = 'lapsed') AS lapsed,
    count(*) FILTER (WHERE i.decision IS NULL AND g.state = 'active') AS undecided
FROM access.campaign AS c
INNER JOIN access.campaign_item AS i ON c.id = i.campaign
INNER JOIN access.process_grant AS g ON i.grant_id = g.id
WHERE
    ($1::text IS NULL OR c.id = $1)
    AND (
        $2::text IS NULL OR (c.opened_at, c.id) < (
            SELECT
                a.opened_at,
                a.id
            FROM access.campaign AS a
            WHERE a.id = $2
        )
    )
GROUP BY c.id
ORDER BY c.opened_at DESC, c.id DESC
LIMIT $3;

-- name: list_items
-- The items of a campaign, undecided ones first: all, those of one grant, or those after a place.
SELECT
    i.grant_id,
    g.process,
    g.purpose,
    g.permissions::text AS permissions,
    g.state,
    i.capacity,
    i.evidence,
    i.decision,
    i.narrower,
    i.decided_by,
    i.entered_by,
    i.reason,
    i.decided_at
FROM access.campaign_item AS i
INNER JOIN access.process_grant AS g ON i.grant_id = g.id
WHERE
    i.campaign = $1
    AND ($2::text IS NULL OR i.grant_id = $2)
    AND (
        $5::boolean IS NULL
        OR (i.decision IS NOT NULL, g.process, g.purpose, i.grant_id, i.capacity)
        > ($5, $6::text, $7::text, $8::text, $9::text)
    )
ORDER BY i.decision IS NOT NULL, g.process, g.purpose, i.grant_id, i.capacity
LIMIT $3 OFFSET $4;

-- name: campaign_for_decision
-- A campaign, kept open while one decides in it.
SELECT c.closed_at IS NOT NULL OR c.due_at <= now() AS is_over
FROM access.campaign AS c
WHERE c.id = $1
FOR SHARE;

-- name: items_of_grant
-- What is to be decided on a grant; whoever decides next waits.
SELECT
    i.capacity,
    i.decision,
    i.requested_by,
    i.owner_person,
    p.owner_person AS owner_now,
    g.process,
    g.purpose,
    g.part,
    g.state,
    g.permissions::text AS permissions,
    g.terms::text AS terms,
    g.valid_to
FROM access.campaign_item AS i
INNER JOIN access.process_grant AS g ON i.grant_id = g.id
INNER JOIN access.process AS p ON g.process = p.id
WHERE i.campaign = $1 AND i.grant_id = $2
ORDER BY i.capacity
FOR UPDATE OF i, g;

-- name: capacities_of
-- The capacities that a person has now.
SELECT c.capacity
FROM access.person_capacity AS c
WHERE
    c.person = $1
    AND c.valid_from <= now()
    AND (c.valid_to IS NULL OR c.valid_to > now());

-- name: decide_item
-- Keep what an owner of data decided.
UPDATE access.campaign_item
SET
    decision = $4,
    narrower = $5,
    decided_by = $6,
    entered_by = $7,
    reason = $8,
    decided_at = now()
WHERE campaign = $1 AND grant_id = $2 AND capacity = $3;

-- name: due_campaigns
-- Campaigns whose time has passed.
SELECT c.id
FROM access.campaign AS c
WHERE c.closed_at IS NULL AND c.due_at <= now()
ORDER BY c.due_at;

-- name: lock_due_campaign
-- A campaign to be closed, if nobody else closed it.
SELECT TRUE
FROM access.campaign AS c
WHERE c.id = $1 AND c.closed_at IS NULL
FOR UPDATE;

-- name: lapse_items
-- What nobody decided lapses.
UPDATE access.campaign_item
SET decision = 'lapsed', decided_at = now()
WHERE campaign = $1 AND decision IS NULL;

-- name: unconfirmed
-- Active grants of a campaign that lapsed, or are to be narrowed and were not.
SELECT DISTINCT i.grant_id
FROM access.campaign_item AS i
INNER JOIN access.process_grant AS g ON i.grant_id = g.id
WHERE i.campaign = $1 AND i.decision IN ('lapsed', 'narrow') AND g.state = 'active'
ORDER BY i.grant_id;

-- name: close_campaign
-- A campaign is over.
UPDATE access.campaign
SET closed_at = now()
WHERE id = $1;
