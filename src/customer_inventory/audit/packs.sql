-- name: hold_packs
-- Ids of rules are of one pack: one pack is changed at a time.
SELECT pg_advisory_xact_lock(hashtext('audit.pack'));

-- name: make_pack
-- Let there be a pack of that name, without a version if it is new; none where it is no name.
WITH made AS (
    INSERT INTO audit.pack (id)
    SELECT n.name
    FROM (SELECT $1::text AS name) AS n
    WHERE n.name ~ '^[a-z][a-z0-9-]{1,62}$'
    ON CONFLICT DO NOTHING
    RETURNING id
)

SELECT m.id FROM made AS m
UNION
SELECT p.id FROM audit.pack AS p
WHERE p.id = $1;
