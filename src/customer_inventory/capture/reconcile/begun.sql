-- name: begin
-- Begin a reconciliation; its mapping is kept.
WITH kept AS (
    INSERT INTO capture.mapping (sha256, name, yaml)
    VALUES ($4, $3, $5)
    ON CONFLICT (sha256) DO NOTHING
)

INSERT INTO capture.reconciliation AS c (
    source, file_name, mapping, mapping_sha256, header, rules,
    process, person, purpose, next_line, next_offset, read_sha256
)
VALUES ($1, $2, $3, $4, $6, $7, $8, $9, $10, $11, $12, $13)
RETURNING
    c.id,
    c.phase,
    c.after_namespace,
    c.after,
    c.rows_read,
    c.rows_refused,
    c.rows_unknown,
    c.records,
    c.agreeing;

-- name: begin_again
-- Reconciliations that were cut short and whose staged rows are lost begin again.
WITH again AS (
    UPDATE capture.reconciliation AS c
    SET
        phase = 'staging',
        after_namespace = 0,
        after = '',
        next_line = $6,
        next_offset = $7,
        read_sha256 = $8,
        rows_read = 0,
        rows_refused = 0,
        rows_unknown = 0,
        records = 0,
        agreeing = 0
    WHERE
        c.source = $1 AND c.mapping_sha256 = $2 AND c.rules = $3
        AND c.process = $4 AND c.purpose = $5 AND c.ended_at IS NULL
        AND NOT EXISTS (
            SELECT FROM capture.reconciliation_staged AS s
            WHERE s.reconciliation = c.id AND s.namespace = 0
        )
    RETURNING c.id
)

DELETE FROM capture.reconciliation_part AS p
USING again AS a
WHERE p.reconciliation = a.id;

-- name: unfinished
-- Reconciliations of a source by a mapping, by a process for a purpose, that were cut short.
SELECT
    c.id,
    c.phase,
    c.next_line,
    c.next_offset,
    c.read_sha256,
    c.after_namespace,
    c.after,
    c.rows_read,
    c.rows_refused,
    c.rows_unknown,
    c.records,
    c.agreeing
FROM capture.reconciliation AS c
WHERE
    c.source = $1 AND c.mapping_sha256 = $2 AND c.rules = $3
    AND c.process = $4 AND c.purpose = $5 AND c.ended_at IS NULL
ORDER BY c.started_at;

-- name: advance
-- Keep how far a reconciliation is, and what it saw.
UPDATE capture.reconciliation
SET
    phase = $2,
    next_line = $3,
    next_offset = $4,
    read_sha256 = $5,
    after_namespace = $6,
    after = $7,
    rows_read = $8,
    rows_refused = $9,
    rows_unknown = $10,
    records = $11,
    agreeing = $12,
    advanced_at = now()
WHERE id = $1;
