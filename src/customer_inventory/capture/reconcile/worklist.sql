-- name: list_items
-- Items of the worklist after a position; of a process and purpose, if these are named.
SELECT
    i.id,
    i.state,
    i.kind,
    c.source,
    i.namespace,
    i.record_type,
    i.record_id,
    i.path,
    i.rule,
    i.here,
    i.there,
    i.requirement,
    i.reason,
    i.reconciliation AS run,
    c.file_name AS file,
    i.line,
    i.accepted_until,
    c.process,
    c.purpose,
    i.found_at,
    i.last_found_at,
    i.settled_at
FROM capture.reconciliation_item AS i
INNER JOIN capture.reconciliation AS c ON i.reconciliation = c.id
WHERE
    i.id > $1
    AND ($3::text IS NULL OR c.process = $3)
    AND ($4::text IS NULL OR c.purpose = $4)
    AND ($5::text IS NULL OR i.state = $5)
    AND ($6::text IS NULL OR i.kind = $6)
    AND ($7::text IS NULL OR c.source = $7)
    AND ($8::text IS NULL OR i.record_type = $8)
    AND ($9::text IS NULL OR i.path = $9)
    AND ($10::bigint IS NULL OR i.reconciliation = $10)
    AND ($11::bigint[] IS NULL OR i.id = ANY($11))
    AND ($12::text IS NULL OR i.rule = $12)
ORDER BY i.id
LIMIT $2;

-- name: steps_of
-- What was decided of an item, in order.
SELECT
    s.number,
    s.step,
    s.process,
    s.person,
    s.purpose,
    s.reason,
    s.taken_at
FROM capture.reconciliation_step AS s
WHERE s.item = $1
ORDER BY s.number;

-- name: decide_items
-- Let items be accepted until a day, or open again.
UPDATE capture.reconciliation_item
SET state = $2, accepted_until = $3
WHERE id = ANY($1::bigint[]);

-- name: note_step
-- Keep a step of items; one that is repaired waits no more.
WITH settled AS (
    UPDATE capture.reconciliation_item AS i
    SET state = 'repaired', settled_at = now(), here = NULL, there = NULL
    WHERE i.id = ANY($1::bigint[]) AND $2::text = 'repaired'
)

INSERT INTO capture.reconciliation_step (item, number, step, process, person, purpose, reason)
SELECT
    n.id,
    1 + (
        SELECT count(*) FROM capture.reconciliation_step AS s
        WHERE s.item = n.id
    ),
    $2,
    $3,
    $4,
    $5,
    $6
FROM unnest($1::bigint[]) AS n (id);
