-- name: abandon
-- Reconciliations of the same source by the same mapping that nobody can go on with: an extract
-- that came later takes their place.
WITH left_over AS (
    UPDATE capture.reconciliation AS c
    SET ended_at = now()
    FROM capture.reconciliation AS this
    WHERE
        this.id = $1 AND c.id <> this.id AND c.ended_at IS NULL
        AND c.source = this.source AND c.mapping = this.mapping
    RETURNING c.id
)

DELETE FROM capture.reconciliation_staged AS s
USING left_over AS l
WHERE s.reconciliation = l.id;

-- name: totals_of
-- What a reconciliation found, added up.
SELECT c.totals
FROM capture.reconciliation AS c
WHERE c.id = $1;

-- name: list_runs
-- Reconciliations, newest first; those of a process and purpose, if these are named.
SELECT
    c.id,
    c.source,
    c.file_name AS file,
    c.mapping,
    c.phase,
    c.rows_read,
    c.rows_refused,
    c.records,
    c.agreeing,
    (
        SELECT count(*) FROM capture.reconciliation_item AS i
        WHERE i.reconciliation = c.id AND i.state = 'open'
    ) AS open,
    c.process,
    c.purpose,
    c.person,
    c.started_at,
    c.ended_at
FROM capture.reconciliation AS c
WHERE
    ($1::text IS NULL OR c.process = $1)
    AND ($2::text IS NULL OR c.purpose = $2)
ORDER BY c.started_at DESC
LIMIT $3;

-- name: one_run
-- A reconciliation with what it found.
SELECT
    c.id,
    c.source,
    c.file_name AS file,
    c.mapping,
    c.phase,
    c.rows_read,
    c.rows_refused,
    c.rows_unknown,
    c.records,
    c.agreeing,
    c.totals,
    c.process,
    c.purpose,
    c.person,
    c.started_at,
    c.advanced_at,
    c.ended_at
FROM capture.reconciliation AS c
WHERE
    c.id = $1
    AND ($2::text IS NULL OR c.process = $2)
    AND ($3::text IS NULL OR c.purpose = $3);
