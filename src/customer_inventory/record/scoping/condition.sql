-- name: made_by
-- That a process made a record, as its history has it.
SELECT
FROM record.history AS sh
WHERE sh.id = {id} AND sh.bucket = {bucket} AND sh.operation = 'create' AND sh.process = {process};

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
