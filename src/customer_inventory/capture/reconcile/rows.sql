-- name: extract_of
-- How the rows of a reconciliation are read, and as whom.
SELECT
    c.id,
    c.source,
    c.file_name,
    c.mapping,
    c.header,
    c.rules,
    c.process,
    c.purpose,
    m.yaml
FROM capture.reconciliation AS c
INNER JOIN capture.mapping AS m ON c.mapping_sha256 = m.sha256
WHERE c.id = $1;

-- name: kept_rows
-- Rows of an extract that were kept, by line.
SELECT
    r.line,
    r.row_text,
    r.is_exact
FROM capture.reconciliation_row AS r
WHERE r.reconciliation = $1 AND r.line = ANY($2::bigint[])
ORDER BY r.line;
