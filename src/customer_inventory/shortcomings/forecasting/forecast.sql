-- name: keep_forecasts
-- What is expected of objects on days to come, as it is said today.
INSERT INTO shortcomings.forecast (
    made_on, object, for_day, made_from, expected, low, high
)
SELECT
    $1,
    n.object,
    n.for_day,
    n.made_from,
    n.expected,
    n.low,
    n.high
FROM
    unnest($2::text[], $3::date[], $4::float8[], $5::float8[], $6::float8[], $7::float8[])
        AS n (object, for_day, made_from, expected, low, high)
ON CONFLICT (object, made_on, for_day) DO UPDATE
    SET
        made_from = excluded.made_from,
        expected = excluded.expected,
        low = excluded.low,
        high = excluded.high;

-- name: tell_actual
-- What came on days that were forecast.
UPDATE shortcomings.forecast AS f
SET actual = n.value
FROM unnest($1::text[], $2::date[], $3::float8[]) AS n (object, day, value)
WHERE f.object = n.object AND f.for_day = n.day AND f.actual IS NULL;

-- name: forget
-- Forecasts that nobody looks back to.
DELETE FROM shortcomings.forecast AS f
WHERE f.made_on < $1;

-- name: score
-- How forecasts compare with what came: by object and how far ahead they were made.
SELECT
    f.object,
    f.for_day - f.made_on AS days,
    count(*) AS forecasts,
    round(
        (
            percentile_cont(0.5) WITHIN GROUP (
                ORDER BY 100 * abs(f.actual - f.expected) / nullif(f.actual, 0)
            )
        )::numeric,
        2
    )::float8 AS error,
    round(100.0 * avg((f.actual BETWEEN f.low AND f.high)::int), 0)::float8 AS within
FROM shortcomings.forecast AS f
WHERE f.actual IS NOT NULL
GROUP BY f.object, f.for_day - f.made_on
ORDER BY f.object, f.for_day - f.made_on;
