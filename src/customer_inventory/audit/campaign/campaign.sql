-- name: keep_campaign
-- A new campaign.
INSERT INTO audit.campaign AS c (
    id,
    name,
    owner,
    record_type,
    filter,
    elements,
    compared_with,
    level,
    risk,
    ratio,
    miss,
    stratum,
    seed,
    second_share,
    auditors,
    due_at
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
RETURNING c.*;

-- name: campaign_by_id
-- One campaign.
SELECT c.*
FROM audit.campaign AS c
WHERE c.id = $1;

-- name: lock_campaign
-- One campaign; whoever changes it next waits.
SELECT c.*
FROM audit.campaign AS c
WHERE c.id = $1
FOR UPDATE;

-- name: list_campaigns
-- Campaigns, latest first.
SELECT c.*
FROM audit.campaign AS c
ORDER BY c.opened_at DESC, c.id DESC
LIMIT $1;

-- name: set_state
-- A campaign becomes something else.
UPDATE audit.campaign
SET state = $2
WHERE id = $1;

-- name: set_auditors
-- Other people audit.
UPDATE audit.campaign
SET auditors = $2
WHERE id = $1;
