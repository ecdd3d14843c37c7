-- name: freeze_plan
-- A planned campaign has its sample.
UPDATE audit.campaign
SET
    state = 'sampled',
    population = $2,
    size = $3,
    limit_number = $4,
    strata = $5,
    sampled_at = now()
WHERE id = $1;

-- name: keep_items
-- Records of a sample, or of its reserve.
INSERT INTO audit.campaign_item (campaign, state, number, record_id, revision, stratum)
SELECT
    $1,
    $2,
    d.number,
    d.record_id,
    d.revision,
    d.stratum
FROM unnest($3::integer[], $4::text[], $5::bigint[], $6::text[])
    AS d (number, record_id, revision, stratum);

-- name: mark_read_twice
-- These are read by a second auditor too.
UPDATE audit.campaign_item
SET is_read_twice = TRUE
WHERE campaign = $1 AND number = ANY($2::integer[]);
