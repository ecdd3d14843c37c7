-- name: list_rows
-- Rows of quarantine after a position, with the first of their problems; those of a process and
-- purpose, if these are named.
SELECT
    q.id,
    q.state,
    q.source,
    q.file_name AS file,
    q.line,
    r.code,
    r.requirement,
    r.path,
    r.reason,
    q.is_exact,
    q.is_fixed,
    q.is_gone,
    q.process,
    q.purpose,
    q.refused_at,
    q.settled_at
FROM capture.quarantine AS q
LEFT JOIN capture.refusal AS r
    ON q.import = r.import AND q.at_line = r.line AND r.problem = 1
WHERE
    q.id > $1
    AND ($3::text IS NULL OR q.process = $3)
    AND ($4::text IS NULL OR q.purpose = $4)
    AND ($5::text IS NULL OR q.state = $5)
    AND ($6::text IS NULL OR q.source = $6)
    AND ($7::bigint[] IS NULL OR q.id = ANY($7))
    AND (
        ($8::text IS NULL AND $9::text IS NULL AND $10::text IS NULL)
        OR EXISTS (
            SELECT FROM capture.refusal AS p
            WHERE
                p.import = q.import AND p.line = q.at_line
                AND ($8::text IS NULL OR p.code = $8)
                AND ($9::text IS NULL OR p.requirement = $9)
                AND ($10::text IS NULL OR p.path = $10)
        )
    )
ORDER BY q.id
LIMIT $2;

-- name: one_row
-- A row of quarantine, whole.
SELECT
    q.id,
    q.state,
    q.source,
    q.file_name AS file,
    q.line,
    q.import,
    q.process,
    q.purpose,
    q.header,
    q.row_text,
    q.is_exact,
    q.is_fixed,
    q.is_gone,
    q.refused_at,
    q.settled_at,
    m.name AS mapping,
    m.yaml
FROM capture.quarantine AS q
INNER JOIN capture.mapping AS m ON q.mapping_sha256 = m.sha256
WHERE
    q.id = $1
    AND ($2::text IS NULL OR q.process = $2)
    AND ($3::text IS NULL OR q.purpose = $3);

-- name: problems_of
-- What is wrong with a row of quarantine, as it was last refused.
SELECT
    r.code,
    r.requirement,
    r.path,
    r.reason
FROM capture.quarantine AS q
INNER JOIN capture.refusal AS r ON q.import = r.import AND q.at_line = r.line
WHERE q.id = $1
ORDER BY r.problem;

-- name: steps_of
-- What was done to a row of quarantine, in order.
SELECT
    s.number,
    s.step,
    s.process,
    s.person,
    s.purpose,
    s.reason,
    s.row_text,
    s.taken_at
FROM capture.quarantine_step AS s
WHERE s.row_id = $1
ORDER BY s.number;

-- name: fix_row
-- Let a waiting row say something else, and keep what it said before.
WITH old AS (
    SELECT
        q.id,
        q.row_text
    FROM capture.quarantine AS q
    WHERE q.id = $1 AND q.state = 'waiting' AND q.row_text IS NOT NULL
    FOR UPDATE OF q
),

kept AS (
    INSERT INTO capture.quarantine_step (
        row_id, number, step, process, person, purpose, reason, row_text
    )
    SELECT
        o.id,
        1 + (
            SELECT count(*) FROM capture.quarantine_step AS s
            WHERE s.row_id = o.id
        ),
        'fixed',
        $3,
        $4,
        $5,
        $6,
        o.row_text
    FROM old AS o
    RETURNING row_id
)

UPDATE capture.quarantine AS q
SET row_text = $2, is_exact = TRUE, is_fixed = TRUE
FROM kept AS k
WHERE q.id = k.row_id
RETURNING q.id;

-- name: drop_row
-- Let a waiting row go for good: who did it and why stays, what it said does not.
WITH dropped AS (
    UPDATE capture.quarantine AS q
    SET state = 'dropped', row_text = NULL, settled_at = now()
    WHERE q.id = $1 AND q.state = 'waiting'
    RETURNING q.id
),

blanked AS (
    UPDATE capture.quarantine_step AS s
    SET row_text = NULL
    FROM dropped AS d
    WHERE s.row_id = d.id
)

INSERT INTO capture.quarantine_step (row_id, number, step, process, person, purpose, reason)
SELECT
    d.id,
    1 + (
        SELECT count(*) FROM capture.quarantine_step AS s
        WHERE s.row_id = d.id
    ),
    'dropped',
    $2,
    $3,
    $4,
    $5
FROM dropped AS d
RETURNING row_id;

-- name: count_waiting
-- How many rows wait.
SELECT count(*) FROM capture.quarantine AS q
WHERE q.state = 'waiting';
