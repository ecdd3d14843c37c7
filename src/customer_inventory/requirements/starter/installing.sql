-- name: is_begun
-- Whether the register has any requirement.
SELECT count(*) > 0 FROM (SELECT FROM requirements.requirement LIMIT 1) AS r;

-- name: install
-- What ships with the product, each in the state it begins in, and the decisions that say so.
WITH given AS (
    SELECT
        g.id,
        g.record_type,
        g.path,
        g.content,
        sha256(convert_to(g.content, 'UTF8')) AS sha256,
        g.state
    FROM
        unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
            AS g (id, record_type, path, content, state)
),

known AS (
    INSERT INTO requirements.requirement (
        id, record_type, path, latest_version, version_in_force
    )
    SELECT
        g.id,
        g.record_type,
        g.path,
        1,
        CASE g.state WHEN 'enforced' THEN 1 END
    FROM given AS g
    RETURNING id
),

made AS (
    INSERT INTO requirements.version (
        object_id, version, content, sha256, state, proposed_by
    )
    SELECT
        g.id,
        1,
        g.content::jsonb,
        g.sha256,
        g.state,
        $6
    FROM given AS g
    INNER JOIN known AS k ON g.id = k.id
    RETURNING object_id, sha256, state
)

INSERT INTO requirements.decision (
    object_id, version, number, state, person, entered_by, reason, sha256
)
SELECT
    m.object_id,
    1,
    s.number,
    s.state,
    $6,
    $6,
    $7,
    m.sha256
FROM made AS m
INNER JOIN (VALUES (1, 'proposed'), (2, 'enforced')) AS s (number, state)
    ON s.state = 'proposed' OR m.state = 'enforced';
