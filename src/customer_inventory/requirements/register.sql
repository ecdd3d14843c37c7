-- name: element_of
-- What a requirement is about.
SELECT
    r.record_type,
    r.path
FROM requirements.requirement AS r
WHERE r.id = $1;

-- name: requirement_on
-- Another requirement than $3 on an element.
SELECT r.id
FROM requirements.requirement AS r
WHERE r.record_type = $1 AND r.path = $2 AND r.id <> $3 AND r.retired_at IS NULL;

-- name: make_requirement
-- A requirement that has no version yet.
INSERT INTO requirements.requirement (id, record_type, path)
VALUES ($1, $2, $3)
ON CONFLICT (id) DO NOTHING;

-- name: highest_number
-- The highest number that an id has, 100 at least; 1000 to 9999 are those of the product.
SELECT coalesce(max(n.number), 100)
FROM (
    SELECT substr(r.id, 5)::integer AS number
    FROM requirements.requirement AS r
) AS n
WHERE n.number NOT BETWEEN 1000 AND 9999;
