-- name: keep_confirmation
-- Something is asked about an item.
INSERT INTO audit.confirmation (id, campaign, item, asked_by)
VALUES ($1, $2, $3, $4);

-- name: confirmation_by_id
-- What was asked, about which record.
SELECT
    a.*,
    i.record_id,
    c.record_type,
    c.elements
FROM audit.confirmation AS a
INNER JOIN audit.campaign_item AS i ON a.campaign = i.campaign AND a.item = i.number
INNER JOIN audit.campaign AS c ON a.campaign = c.id
WHERE a.id = $1;

-- name: confirmations_of_item
-- What was asked about an item, in order.
SELECT
    a.*,
    i.record_id,
    c.record_type,
    c.elements
FROM audit.confirmation AS a
INNER JOIN audit.campaign_item AS i ON a.campaign = i.campaign AND a.item = i.number
INNER JOIN audit.campaign AS c ON a.campaign = c.id
WHERE a.campaign = $1 AND a.item = $2
ORDER BY a.asked_at, a.id;

-- name: answer_confirmation
-- What was answered, unless something was.
UPDATE audit.confirmation
SET
    verdicts = $2,
    right_values = $3,
    reference = $4,
    answered_by = $5,
    answered_at = now()
WHERE id = $1 AND answered_at IS NULL
RETURNING id;
