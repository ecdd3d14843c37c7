-- name: earlier_campaigns
-- Closed campaigns over the same records and elements, latest first.
SELECT c.*
FROM audit.campaign AS c
WHERE
    c.state = 'closed'
    AND c.record_type = $1
    AND c.filter = $2
    AND c.elements <@ $3::text[]
    AND c.elements @> $3::text[]
ORDER BY c.closed_at DESC, c.id DESC
LIMIT $4;

-- name: close_campaign
-- A campaign is closed, with what it found.
UPDATE audit.campaign
SET state = 'closed', closed_at = now(), statement = $2
WHERE id = $1;
