-- name: erase_items
-- Take away items of records, and those that hold one of these words.
DELETE FROM capture.reconciliation_item AS i
WHERE
    i.record_id = ANY($1::text[])
    OR EXISTS (
        SELECT FROM unnest($2::text[]) AS w (word)
        WHERE
            strpos(lower(concat_ws(' ', i.here::text, i.there::text, i.reason)), lower(w.word)) > 0
    );

-- name: erase_rows
-- Take away rows of extracts that hold one of these words.
DELETE FROM capture.reconciliation_row AS r
WHERE EXISTS (
    SELECT FROM unnest($1::text[]) AS w (word)
    WHERE strpos(lower(r.row_text), lower(w.word)) > 0
);

-- name: erase_staged
-- Take away what is staged of records, or holds one of these words.
DELETE FROM capture.reconciliation_staged AS s
WHERE
    s.id = ANY($1::text[])
    OR EXISTS (
        SELECT FROM unnest($2::text[]) AS w (word)
        WHERE strpos(lower(s.body), lower(w.word)) > 0
    );

-- name: forget_brought
-- Forget which source brought records.
DELETE FROM capture.brought AS b
USING capture.namespace AS n
WHERE b.namespace = n.number AND b.id = ANY($1::text[]);

-- name: forget_brought_lately
-- The same of what was brought lately: how many records that were.
WITH named AS (
    SELECT
        l.number,
        array_agg(u.id) AS ids,
        array_agg(u.bucket) AS buckets
    FROM capture.brought_lately AS l
    CROSS JOIN LATERAL unnest(l.ids, l.buckets) AS u (id, bucket)
    WHERE l.ids && $1::text[] AND u.id <> ALL($1::text[])
    GROUP BY l.number
),

cut AS (
    UPDATE capture.brought_lately AS l
    SET
        ids = coalesce(n.ids, '{}'),
        buckets = coalesce(n.buckets, '{}'),
        records = coalesce(cardinality(n.ids), 0)
    FROM capture.brought_lately AS o
    LEFT JOIN named AS n ON o.number = n.number
    WHERE l.number = o.number AND l.ids && $1::text[]
    RETURNING o.records - l.records AS gone
)

SELECT coalesce(sum(c.gone), 0)::integer FROM cut AS c;
