-- name: touched_hours
-- Of which processes and hours the sealed entries from one place to before another are.
SELECT DISTINCT
    l.process,
    date_trunc('hour', l.at, 'UTC') AS hour
FROM access.sealed AS l
WHERE l.number >= $1 AND l.number < $2;

-- name: unknown_ids
-- How often processes asked for ids that are not there in hours.
SELECT
    a.process,
    a.starts_at,
    count(*) AS number
FROM unnest($1::text[], $2::timestamptz[]) AS a (process, starts_at)
INNER JOIN access.sealed AS l
    ON
        a.process = l.process
        AND a.starts_at <= l.at
        AND a.starts_at + interval '1 hour' > l.at
WHERE l.status = 404 AND cardinality(l.record_ids) > 0
GROUP BY a.process, a.starts_at;

-- name: addresses
-- How often processes were served in hours, by the address that they came from.
SELECT
    a.process,
    a.starts_at,
    l.source AS about,
    count(*) AS number
FROM unnest($1::text[], $2::timestamptz[]) AS a (process, starts_at)
INNER JOIN access.sealed AS l
    ON
        a.process = l.process
        AND a.starts_at <= l.at
        AND a.starts_at + interval '1 hour' > l.at
WHERE l.status < 400 AND l.source IS NOT NULL
GROUP BY a.process, a.starts_at, l.source;

-- name: different_records
-- How many records processes read on days, and how often the one that was read most by entries
-- that tell of at most $3 records.
SELECT
    r.process,
    r.starts_at,
    count(*) AS different,
    max(r.times) AS most_of_one
FROM (
    SELECT
        a.process,
        a.starts_at,
        i.id,
        count(*) FILTER (WHERE cardinality(l.record_ids) <= $3) AS times
    FROM unnest($1::text[], $2::timestamptz[]) AS a (process, starts_at)
    INNER JOIN access.sealed AS l
        ON
            a.process = l.process
            AND a.starts_at <= l.at
            AND a.starts_at + interval '24 hours' > l.at
    CROSS JOIN LATERAL unnest(l.record_ids) AS i (id)
    WHERE l.operation = 'read' AND l.status < 400 AND i.id IS NOT NULL
    GROUP BY a.process, a.starts_at, i.id
) AS r
GROUP BY r.process, r.starts_at;

-- name: records_told
-- Which records processes read or took away in hours.
SELECT DISTINCT
    a.process,
    a.starts_at,
    l.record_type,
    i.id
FROM unnest($1::text[], $2::timestamptz[]) AS a (process, starts_at)
INNER JOIN access.sealed AS l
    ON
        a.process = l.process
        AND a.starts_at <= l.at
        AND a.starts_at + interval '1 hour' > l.at
CROSS JOIN LATERAL unnest(l.record_ids) AS i (id)
WHERE
    l.operation IN ('read', 'download')
    AND l.status < 400
    AND l.record_type = ANY($3::text[])
    AND i.id IS NOT NULL;

-- name: most_read
-- The record that a process read most in a span, by entries that tell of at most $4 records.
SELECT i.id
FROM access.sealed AS l
CROSS JOIN LATERAL unnest(l.record_ids) AS i (id)
WHERE
    l.process = $1
    AND l.at >= $2
    AND l.at < $3
    AND l.operation = 'read'
    AND l.status < 400
    AND cardinality(l.record_ids) <= $4
    AND i.id IS NOT NULL
GROUP BY i.id
ORDER BY count(*) DESC, i.id
LIMIT 1;

-- name: entries_like
-- Entries of a process in a span that are like what is asked, those that tell of most first, of the
-- busiest hour first; with how many there are of them all.
SELECT
    l.number AS place,
    l.person,
    count(*) OVER () AS entries
FROM access.sealed AS l
WHERE
    l.process = $1
    AND l.at >= $2
    AND l.at < $3
    AND ($4::text[] IS NULL OR l.operation = ANY($4))
    AND ($5::text IS NULL OR l.record_type = $5)
    AND ($6::text IS NULL OR l.purpose = $6)
    AND ($7::text IS NULL OR l.source = $7)
    AND ($8::text[] IS NULL OR l.record_ids && $8)
    AND CASE $9
        WHEN 'denied' THEN l.decision <> 'permit'
        WHEN 'unknown' THEN l.status = 404 AND cardinality(l.record_ids) > 0
        ELSE l.status < 400
    END
ORDER BY
    l.record_count DESC,
    count(*) OVER (PARTITION BY date_trunc('hour', l.at, 'UTC')) DESC,
    l.number
LIMIT $10;

-- name: entries_at
-- Entries at places of the log, without whom they are about.
SELECT
    l.number AS place,
    l.at,
    l.purpose,
    l.operation,
    l.record_type,
    l.record_count,
    l.status,
    l.decision,
    l.rule
FROM access.sealed AS l
WHERE l.number = ANY($1::bigint[]) AND l.at >= $2 AND l.at < $3
ORDER BY l.number;
