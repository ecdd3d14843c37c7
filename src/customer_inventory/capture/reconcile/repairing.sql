-- name: accepted_of_line
-- What was accepted of the records of a row of an extract.
SELECT
    i.kind,
    i.path
FROM capture.reconciliation_item AS i
WHERE i.reconciliation = $1 AND i.line = $2 AND i.state = 'accepted'
ORDER BY i.path;

-- name: open_of_line
-- What is open of the records of a row of an extract.
SELECT
    i.id,
    i.kind,
    i.record_id,
    i.path
FROM capture.reconciliation_item AS i
WHERE i.reconciliation = $1 AND i.line = $2 AND i.state = 'open'
ORDER BY i.id;
