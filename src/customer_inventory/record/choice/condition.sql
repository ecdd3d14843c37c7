-- name: agreeing
-- That a subject agreed to one of the uses {words} and refuses none of them. An offset, here and
-- below, keeps it a look-up for each row that is met: joined as a whole, a page costs all choices.
SELECT
FROM record.choice AS ch
WHERE
    ch.id = {id} AND ch.valid_from <= now() AND ch.valid_to > now()
    AND ch.agreed && {words} AND NOT ch.refused && {words}
OFFSET 0;

-- name: refusing
-- That a subject refuses one of the uses {words}.
SELECT
FROM record.choice AS ch
WHERE
    ch.id = {id} AND ch.valid_from <= now() AND ch.valid_to > now()
    AND ch.refused && {words}
OFFSET 0;

-- name: other_subject
-- Another subject of a record, of which {subject} is one, that does not agree.
SELECT
FROM record.link AS l
WHERE
    l.id = {id} AND l.bucket = {bucket} AND l.outward AND {naming}
    AND l.other_id <> {subject}
    AND NOT {agrees}
OFFSET 0;

-- name: refusing_subject
-- A subject of a record that refuses.
SELECT
FROM record.link AS l
INNER JOIN record.choice AS ch ON l.other_id = ch.id
WHERE
    l.id = {id} AND l.bucket = {bucket} AND l.outward AND {naming}
    AND ch.valid_from <= now() AND ch.valid_to > now() AND ch.refused && {words}
OFFSET 0;

-- name: named_before
-- That a record names its subject at an earlier path, too.
SELECT
FROM record.link AS f
WHERE f.id = {id} AND f.bucket = {bucket} AND f.outward AND f.path IN ({paths});

-- name: named_still
-- A subject that a version in the history named and that is still named, for which a test holds.
SELECT
FROM record.link AS l
WHERE
    l.id = {id} AND l.bucket = {bucket} AND l.outward AND {naming}
    AND l.linked_at < {until}
    AND {test};

-- name: named_once
-- One that it named and that is named no more.
SELECT
FROM record.past_link AS p
WHERE
    p.other_id = {id} AND p.other_bucket = {bucket} AND p.path IN ({paths})
    AND p.linked_at < {until} AND p.dropped_at > {since}
    AND {test};

-- name: named_once_beforehand
-- The same where records lie in shards: such a link lies with whom it named, and is asked for
-- beforehand.
WITH once AS MATERIALIZED (
    SELECT
        p.other_id,
        p.linked_at,
        p.dropped_at
    FROM record.past_link AS p
    WHERE p.path IN ({paths}) AND {asked} AND {test}
)

SELECT
FROM once AS o
WHERE o.other_id = {id} AND o.linked_at < {until} AND o.dropped_at > {since};

-- name: checked
-- The rows of a table for which a condition holds (for planning alone).
SELECT r.id
FROM record.{table} AS r
WHERE {condition};
