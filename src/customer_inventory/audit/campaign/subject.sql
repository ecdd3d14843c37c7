-- name: forget_confirmations
-- What was answered about records goes.
UPDATE audit.confirmation AS a
SET right_values = NULL, reference = NULL
FROM audit.campaign_item AS i
WHERE
    i.campaign = a.campaign AND i.number = a.item
    AND i.record_id = ANY($1::text[])
    AND (a.right_values IS NOT NULL OR a.reference IS NOT NULL);

-- name: blank_confirmations
-- Answers that hold one of these words go.
UPDATE audit.confirmation AS a
SET right_values = NULL, reference = NULL
WHERE EXISTS (
    SELECT FROM unnest($1::text[]) AS w (word)
    WHERE strpos(lower(concat(a.right_values::text, a.reference)), lower(w.word)) > 0
);

-- name: forget_readings
-- Right values of records, and what they are based on, go; how the verdicts came out stays.
UPDATE audit.campaign_reading AS g
SET right_values = NULL, evidence = NULL
FROM audit.campaign_item AS i
WHERE
    i.campaign = g.campaign AND i.number = g.item
    AND i.record_id = ANY($1::text[])
    AND (g.right_values IS NOT NULL OR g.evidence IS NOT NULL);

-- name: drop_open_readings
-- Nobody is to read the records any more.
DELETE FROM audit.campaign_reading AS g
USING audit.campaign_item AS i
WHERE
    i.campaign = g.campaign AND i.number = g.item
    AND i.record_id = ANY($1::text[]) AND g.given_at IS NULL;

-- name: drop_reserves
-- Reserves that are the records go.
DELETE FROM audit.campaign_item
WHERE record_id = ANY($1::text[]) AND state = 'reserve';

-- name: forget_items
-- Items forget the records; those that are not decided are void.
UPDATE audit.campaign_item
SET
    record_id = NULL,
    reason = CASE
        WHEN state IN ('open', 'disputed') THEN 'The record was erased.' ELSE reason
    END,
    state = CASE WHEN state IN ('open', 'disputed') THEN 'void' ELSE state END
WHERE record_id = ANY($1::text[]);

-- name: blank_readings
-- Right values and evidence that hold one of these words go.
UPDATE audit.campaign_reading AS g
SET right_values = NULL, evidence = NULL
WHERE EXISTS (
    SELECT FROM unnest($1::text[]) AS w (word)
    WHERE strpos(lower(concat(g.right_values::text, g.evidence::text)), lower(w.word)) > 0
);

-- name: blank_steps
-- Reasons that hold one of these words say nothing.
UPDATE audit.campaign_step AS s
SET reason = '(erased)'
WHERE EXISTS (
    SELECT FROM unnest($1::text[]) AS w (word)
    WHERE strpos(lower(s.reason), lower(w.word)) > 0
);

-- name: blank_filters
-- Filters that hold one of these words say nothing, also in statements.
UPDATE audit.campaign AS c
SET
    filter = '(erased)',
    statement = jsonb_set(c.statement::jsonb, '{campaign,filter}', '"(erased)"')::json
WHERE EXISTS (
    SELECT FROM unnest($1::text[]) AS w (word)
    WHERE strpos(lower(c.filter), lower(w.word)) > 0
);
