-- name: overlapping_periods
-- Which of some periods overlap what is held, by their place in the arrays.
SELECT
    b.place,
    p.id = b.id AS is_own
FROM
    unnest($1::smallint[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::text[])
    WITH ORDINALITY AS b (bucket, key, starts, ends, id, place)
INNER JOIN record.period AS p ON b.key = p.key AND b.bucket = p.bucket
WHERE p.during && tstzrange(b.starts, b.ends)
ORDER BY p.id = b.id, b.place
LIMIT 1;
