-- name: keep_refusals
-- Keep what was wrong with rows; the text of a row stands with its first problem.
INSERT INTO capture.refusal (import, line, problem, path, reason, row_text)
SELECT
    $1,
    r.line,
    r.problem,
    r.path,
    r.reason,
    CASE WHEN r.problem = 1 THEN r.row_text END
FROM unnest($2::bigint[], $3::smallint[], $4::text[], $5::text[], $6::text[])
    AS r (line, problem, path, reason, row_text);

-- name: list_refusals
-- What was wrong with the rows of a load, by line.
SELECT
    line,
    path,
    reason,
    row_text
FROM capture.refusal
WHERE import = $1
ORDER BY line, problem
LIMIT $2;
