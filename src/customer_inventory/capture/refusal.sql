-- name: list_refusals
-- What was wrong with the rows of a load, by line; the text of a row with its first problem.
SELECT
    i.file_name AS file,
    r.line,
    r.place,
    r.code,
    r.requirement,
    r.path,
    r.reason,
    CASE WHEN r.problem = 1 THEN coalesce(q.row_text, r.row_text) END AS row_text
FROM capture.refusal AS r
INNER JOIN capture.import AS i ON r.import = i.id
LEFT JOIN capture.quarantine AS q ON r.row_id = q.id
WHERE r.import = $1
ORDER BY r.line, r.problem
LIMIT $2;
