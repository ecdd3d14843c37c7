-- Scopes: search columns of customers that grants are bound by, and whose customer a party is
-- depends: 0002-record

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- The first characteristic of that name whose value is a text (record/types/customer.py).
ALTER TABLE record.customer ADD COLUMN segment text;
ALTER TABLE record.customer ADD COLUMN market text;
ALTER TABLE record.customer ADD COLUMN brand text;

UPDATE record.customer AS r
SET segment = v.segment, market = v.market, brand = v.brand
FROM (
    SELECT
        c.id,
        c.bucket,
        min(c.value) FILTER (WHERE c.name = 'segment') AS segment,
        min(c.value) FILTER (WHERE c.name = 'market') AS market,
        min(c.value) FILTER (WHERE c.name = 'brand') AS brand
    FROM (
        SELECT DISTINCT ON (k.id, k.bucket, i.item ->> 'name')
            k.id,
            k.bucket,
            i.item ->> 'name' AS name,
            i.item ->> 'value' AS value
        FROM record.customer AS k
        CROSS JOIN
            LATERAL json_array_elements(
                CASE json_typeof(k.body -> 'characteristic')
                    WHEN 'array' THEN k.body -> 'characteristic' ELSE '[]'
                END
            ) WITH ORDINALITY AS i (item, place)
        WHERE
            i.item ->> 'name' IN ('segment', 'market', 'brand')
            AND json_typeof(i.item -> 'value') = 'string'
            AND i.item ->> 'value' <> ''
        ORDER BY k.id, k.bucket, i.item ->> 'name', i.place
    ) AS c
    GROUP BY c.id, c.bucket
) AS v
WHERE r.id = v.id AND r.bucket = v.bucket;

CREATE INDEX customer_market ON record.customer (market, id);

-- What belongs to a party is in the scope of whoever sees the customer that the party is.
CREATE INDEX customer_subject ON record.customer (subject_id);

-- migrate: rollback
DROP INDEX record.customer_subject;
DROP INDEX record.customer_market;
ALTER TABLE record.customer DROP COLUMN brand;
ALTER TABLE record.customer DROP COLUMN market;
ALTER TABLE record.customer DROP COLUMN segment;
