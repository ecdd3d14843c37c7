-- name: loads_of
-- Which loads ran by which processes at moments: their source and capture process, if it was one.
SELECT
    n.process,
    n.given_at,
    min(i.source) AS source,
    min(r.process_id) AS capture_process
FROM unnest($1::text[], $2::timestamptz[]) AS n (process, given_at)
INNER JOIN capture.import AS i
    ON
        n.process = i.process
        AND n.given_at BETWEEN i.started_at AND coalesce(i.ended_at, i.advanced_at)
LEFT JOIN capture.run AS r ON i.id = r.import
GROUP BY n.process, n.given_at
HAVING count(DISTINCT i.source) = 1;

-- name: brought_by
-- Which source brought which records of a type, and which capture processes load that source.
SELECT
    w.stratum,
    w.name,
    b.id,
    b.bucket
FROM (
    SELECT
        n.number,
        'source' AS stratum,
        n.source AS name
    FROM capture.namespace AS n
    WHERE n.record_type = $1
    UNION
    SELECT
        n.number,
        'captureProcess' AS stratum,
        r.process_id AS name
    FROM capture.namespace AS n
    INNER JOIN capture.import AS i ON n.source = i.source
    INNER JOIN capture.run AS r ON i.id = r.import
    WHERE n.record_type = $1
) AS w
INNER JOIN capture.brought AS b ON w.number = b.namespace;
