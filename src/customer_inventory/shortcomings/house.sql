-- name: keep_house
-- What of the house grows, as it is now.
INSERT INTO shortcomings.snapshot (taken_at, kind, object, figures)
SELECT
    $1,
    'house',
    n.object,
    n.figures
FROM unnest($2::text[], $3::json[]) AS n (object, figures)
ON CONFLICT DO NOTHING;

-- name: quarantine_grown
-- By how much more rows wait in quarantine than a week before, in percent.
SELECT
    n.object,
    round(100 * (n.waiting / greatest(b.waiting, 1) - 1), 1)::float8 AS value,
    json_build_object('waiting', n.waiting, 'a week before', b.waiting) AS figures
FROM (
    SELECT
        s.object,
        s.taken_at,
        (s.figures ->> 'waiting')::numeric AS waiting
    FROM shortcomings.snapshot AS s
    WHERE s.kind = 'house' AND s.object = 'quarantine'
    ORDER BY s.taken_at DESC
    LIMIT 1
) AS n
INNER JOIN LATERAL (
    SELECT (s.figures ->> 'waiting')::numeric AS waiting
    FROM shortcomings.snapshot AS s
    WHERE
        s.kind = 'house' AND s.object = n.object AND s.taken_at <= n.taken_at - interval '7 days'
    ORDER BY s.taken_at DESC
    LIMIT 1
) AS b ON TRUE
WHERE n.waiting >= $1;

-- name: ledger_grown
-- How many times the median of the week before entries of the ledger come, as counted a day.
WITH moments AS (
    SELECT
        s.object,
        s.taken_at,
        (s.figures ->> 'entries')::numeric - lag((s.figures ->> 'entries')::numeric) OVER w
            AS entries,
        extract(EPOCH FROM s.taken_at - lag(s.taken_at) OVER w) / 86400 AS days
    FROM shortcomings.snapshot AS s
    WHERE s.kind = 'house' AND s.object = 'ledger'
    WINDOW w AS (PARTITION BY s.object ORDER BY s.taken_at)
),

rates AS (
    SELECT
        m.object,
        m.taken_at,
        m.entries / m.days AS rate,
        row_number() OVER (PARTITION BY m.object ORDER BY m.taken_at DESC) AS back
    FROM moments AS m
    WHERE m.days >= 0.25 AND m.entries >= 0
)

SELECT
    n.object,
    round(n.rate / nullif(b.rate, 0), 2)::float8 AS value,
    json_build_object('entries a day', round(n.rate), 'before', round(b.rate)) AS figures
FROM rates AS n
INNER JOIN LATERAL (
    SELECT
        (percentile_cont(0.5) WITHIN GROUP (ORDER BY o.rate))::numeric AS rate,
        count(*) AS moments
    FROM rates AS o
    WHERE o.object = n.object AND o.back > 1 AND o.taken_at > n.taken_at - interval '8 days'
) AS b ON b.moments >= 3
WHERE n.back = 1 AND n.rate >= $1;
