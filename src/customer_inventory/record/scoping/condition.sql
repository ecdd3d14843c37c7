-- name: made_by
-- That a process made a record, as its history has it.
SELECT
FROM record.history AS sh
WHERE sh.id = {id} AND sh.bucket = {bucket} AND sh.operation = 'create' AND sh.process = {process};

-- name: named_made_by
-- Of the records that are asked about ({ids}, {buckets}), those that a process made.
SELECT sh.id
FROM record.history AS sh
WHERE
    sh.id = ANY({ids}) AND sh.bucket = ANY({buckets})
    AND sh.operation = 'create' AND sh.process = {process};

-- name: on_list
-- A record, or whom it belongs to, on a list.
SELECT
FROM record.listed AS sl
WHERE sl.id IN ({id}, {subject}) AND sl.list = {list};

-- name: customer_of
-- A customer that a subject is or plays, if a condition holds for it; by any id that the subject
-- was merged with.
SELECT
FROM (
    SELECT {subject} AS id
    UNION ALL
    SELECT sm.id
    FROM record.origin AS so
    INNER JOIN record.origin AS sm ON so.root = sm.root
    WHERE so.id = {subject}
) AS sk
CROSS JOIN LATERAL (
    SELECT sc.id
    FROM record.customer AS sc
    WHERE sc.id = sk.id AND {condition}
    UNION ALL
    SELECT sc.id
    FROM record.customer AS sc
    WHERE sc.subject_id = sk.id AND {condition}
) AS held;

-- name: subjects_of_customers
-- Whom customers are or are played by, by any id that those were merged with: where
-- records lie in shards, which customers these are is asked beforehand.
WITH held AS MATERIALIZED (
    {held_customers}
)

SELECT k.id
FROM held AS k
UNION ALL
SELECT k.subject_id
FROM held AS k
UNION ALL
SELECT so.id
FROM held AS k
INNER JOIN record.origin AS sm ON sm.id IN (k.id, k.subject_id)
INNER JOIN record.origin AS so ON sm.root = so.root;

-- name: customers_held
-- The customers of whom a condition holds.
SELECT
    sc.id,
    sc.subject_id
FROM record.customer AS sc
WHERE {condition};

-- name: customers_among
-- Those that have to do with some subjects ({among}).
WITH near AS MATERIALIZED (
    {among}
),

merged AS MATERIALIZED (
    SELECT n.id
    FROM near AS n
    UNION
    SELECT so.id
    FROM near AS n
    INNER JOIN record.origin AS sm ON n.id = sm.id
    INNER JOIN record.origin AS so ON sm.root = so.root
)

SELECT
    sc.id,
    sc.subject_id
FROM merged AS n
INNER JOIN record.customer AS sc ON n.id = sc.id
WHERE {condition}
UNION ALL
SELECT
    sc.id,
    sc.subject_id
FROM merged AS n
INNER JOIN record.customer AS sc ON n.id = sc.subject_id
WHERE {condition};

-- name: checked
-- The products for which a condition holds (for planning alone).
SELECT r.id
FROM record.product AS r
WHERE {condition};
