-- name: drop_open_readings
-- Readings that are not given yet are handed out anew.
DELETE FROM audit.campaign_reading
WHERE campaign = $1 AND given_at IS NULL;

-- name: drop_readings_of
-- What one auditor has not read yet.
DELETE FROM audit.campaign_reading
WHERE campaign = $1 AND auditor = $2 AND given_at IS NULL;

-- name: items_to_read
-- Items that are to be read, and who reads them already.
SELECT
    i.number,
    i.is_read_twice,
    coalesce(r.readers, '{}') AS readers,
    coalesce(r.auditors, '{}') AS auditors
FROM audit.campaign_item AS i
LEFT JOIN LATERAL (
    SELECT
        array_agg(g.reader) AS readers,
        array_agg(g.auditor) AS auditors
    FROM audit.campaign_reading AS g
    WHERE g.campaign = i.campaign AND g.item = i.number
) AS r ON TRUE
WHERE i.campaign = $1 AND i.state = 'open'
ORDER BY i.number;

-- name: keep_readings
-- Readings that somebody is to give.
INSERT INTO audit.campaign_reading (campaign, item, reader, auditor)
SELECT
    $1,
    g.item,
    g.reader,
    g.auditor
FROM unnest($2::integer[], $3::smallint[], $4::text[]) AS g (item, reader, auditor);

-- name: has_second_readings
-- Whether any record that is to be read, or replaced, is read twice.
SELECT EXISTS(
    SELECT FROM audit.campaign_item AS i
    WHERE i.campaign = $1 AND i.is_read_twice AND i.state IN ('open', 'void')
);
