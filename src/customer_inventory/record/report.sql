-- name: reported
-- What of the records of one type is shown, as a view has it. {gate}: whether it may be read.
SELECT
    r.id,
    r.revision,
    r.recorded_at,
    r.valid_from,
    r.valid_to{columns}
FROM record.{table} AS r
WHERE {gate} AND {shown};
