-- name: draw_records
-- A sample of the records that fulfil a condition, drawn by a seed: how many records each stratum
-- has, and which of them have a lot (a hash of seed and id) below the bound of the stratum. Nothing
-- is sorted here. {table}: of the type; {stratum}: what tells strata apart.
SELECT
    c.stratum,
    count(*) AS population,
    array_agg(c.id) FILTER (WHERE c.lot < coalesce(b.bound, c.lot || '\x00')) AS ids,
    array_agg(c.revision) FILTER (WHERE c.lot < coalesce(b.bound, c.lot || '\x00')) AS revisions
FROM (
    SELECT
        r.id,
        r.revision,
        coalesce({stratum}, '') AS stratum,
        sha256(convert_to({word} || r.id, 'UTF8')) AS lot
    FROM record.{table} AS r
    WHERE {condition}
) AS c
LEFT JOIN unnest({values}) AS b (stratum, bound) ON c.stratum = b.stratum
GROUP BY c.stratum;

-- name: count_strata
-- How many records of each stratum fulfil a condition, of the first so many strata.
SELECT
    coalesce({stratum}, '') AS stratum,
    count(*) AS population
FROM record.{table} AS r
WHERE {condition}
GROUP BY stratum
ORDER BY stratum
LIMIT {limit};
