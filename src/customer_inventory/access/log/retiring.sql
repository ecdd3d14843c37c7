-- name: month_counted
-- How many entries a month has, and how many of them name a record that is held.
SELECT
    (
        SELECT count(*)
        FROM access.sealed AS l
        WHERE l.at >= $1 AND l.at < $2
    ) AS entries,
    (
        SELECT count(*)
        FROM access.sealed AS h
        WHERE h.at >= $1 AND h.at < $2 AND h.record_ids && $3::text[]
    ) AS held;

-- name: month_edges
-- The first and the last place that entries of a month have, no row for an empty one.
SELECT
    min(l.number) AS first,
    max(l.number) AS last
FROM access.sealed AS l
WHERE l.at >= $1 AND l.at < $2
HAVING min(l.number) IS NOT NULL;

-- name: do_not_wait_long
-- Whoever reads the ledger waits behind us: give up soon, and try again.
SET LOCAL lock_timeout = '500ms';

-- name: hold_sealed
-- Nobody reads or seals until the month is gone and what is kept of it is there.
LOCK TABLE access.sealed IN ACCESS EXCLUSIVE MODE;
