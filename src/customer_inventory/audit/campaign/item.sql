-- name: items_of_campaign
-- The items of a sample in order, without its reserve.
SELECT i.*
FROM audit.campaign_item AS i
WHERE i.campaign = $1 AND i.state <> 'reserve'
ORDER BY i.number;

-- name: item_by_number
-- One item of a sample.
SELECT i.*
FROM audit.campaign_item AS i
WHERE i.campaign = $1 AND i.number = $2 AND i.state <> 'reserve';

-- name: open_items_of
-- What an auditor is still to read, in order.
SELECT i.*
FROM audit.campaign_reading AS g
INNER JOIN audit.campaign_item AS i ON g.campaign = i.campaign AND g.item = i.number
WHERE g.campaign = $1 AND g.auditor = $2 AND g.given_at IS NULL AND i.state = 'open'
ORDER BY i.number;

-- name: list_readings
-- The readings of an item, or of all of them.
SELECT
    g.item,
    g.reader,
    g.auditor,
    g.verdicts,
    g.right_values,
    g.evidence
FROM audit.campaign_reading AS g
WHERE g.campaign = $1 AND ($2::integer IS NULL OR g.item = $2)
ORDER BY g.item, g.reader;

-- name: give_reading
-- What a reader found.
INSERT INTO audit.campaign_reading AS g (
    campaign, item, reader, auditor, verdicts, right_values, evidence, given_at
)
VALUES ($1, $2, $3, $4, $5, $6, $7, now())
ON CONFLICT (campaign, item, reader) DO UPDATE
    SET
        verdicts = excluded.verdicts,
        right_values = excluded.right_values,
        evidence = excluded.evidence,
        given_at = excluded.given_at
    WHERE g.given_at IS NULL AND g.auditor = excluded.auditor;

-- name: settle_item
-- An item is decided, or disputed.
UPDATE audit.campaign_item
SET state = $3, outcome = $4
WHERE campaign = $1 AND number = $2;

-- name: correct_item
-- The record of an item was corrected.
UPDATE audit.campaign_item
SET corrected_by = $3, corrected_revision = $4
WHERE campaign = $1 AND number = $2;

-- name: void_item
-- An item that is not decided is void.
UPDATE audit.campaign_item
SET state = 'void', reason = $3
WHERE campaign = $1 AND number = $2 AND state IN ('open', 'disputed')
RETURNING number;

-- name: replace_void
-- Reserves take the places of items that are void, in order, each of its stratum.
WITH empty AS (
    SELECT
        v.number,
        v.stratum,
        v.is_read_twice,
        row_number() OVER (PARTITION BY v.stratum ORDER BY v.number) AS place
    FROM audit.campaign_item AS v
    WHERE
        v.campaign = $1 AND v.state = 'void'
        AND NOT EXISTS (
            SELECT FROM audit.campaign_item AS o
            WHERE o.campaign = v.campaign AND o.replaces = v.number
        )
),

reserve AS (
    SELECT
        i.number,
        i.stratum,
        row_number() OVER (PARTITION BY i.stratum ORDER BY i.number) AS place
    FROM audit.campaign_item AS i
    WHERE i.campaign = $1 AND i.state = 'reserve'
)

UPDATE audit.campaign_item AS i
SET state = 'open', replaces = e.number, is_read_twice = e.is_read_twice
FROM reserve AS r
INNER JOIN empty AS e ON r.stratum = e.stratum AND r.place = e.place
WHERE i.campaign = $1 AND i.number = r.number
RETURNING i.number;
