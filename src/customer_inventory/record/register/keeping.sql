-- name: latest_number
-- The number of the edition in force.
SELECT max(e.number) FROM record.edition AS e;

-- name: latest_edition
-- The edition in force.
SELECT
    e.number,
    e.content::json AS content
FROM record.edition AS e
ORDER BY e.number DESC
LIMIT 1;

-- name: keep_edition
-- Keep the next edition, and tell every service when it is committed.
WITH kept AS (
    INSERT INTO record.edition (number, content, process, person, purpose)
    SELECT
        coalesce(max(e.number), 0) + 1,
        $1::jsonb,
        $2,
        $3,
        $4
    FROM record.edition AS e
    RETURNING number
)

SELECT
    k.number,
    pg_notify('register_changed', k.number::text)
FROM kept AS k;
