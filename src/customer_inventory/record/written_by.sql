-- name: records_by_process
-- How many records of a type each process was the last to write. {table}: of the type.
SELECT
    r.process,
    count(*) AS records
FROM record.{table} AS r
GROUP BY r.process
ORDER BY r.process;
