-- name: keep_step
-- The next step of a campaign that is held.
INSERT INTO audit.campaign_step (
    campaign, number, step, item, reason, person, entered_by, process, purpose
)
SELECT
    $1,
    coalesce(max(s.number), 0) + 1,
    $2,
    $3::integer,
    $4,
    $5,
    $6,
    $7,
    $8
FROM audit.campaign_step AS s
WHERE s.campaign = $1;

-- name: list_steps
-- The steps of a campaign, in order.
SELECT
    s.number,
    s.step,
    s.item,
    s.reason,
    s.person,
    s.entered_by,
    s.process,
    s.purpose,
    s.taken_at
FROM audit.campaign_step AS s
WHERE s.campaign = $1
ORDER BY s.number;
