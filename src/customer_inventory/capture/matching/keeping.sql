-- name: keep_model
-- A model in force from now on, with what it was trained on and who trained it.
INSERT INTO capture.match_model (
    record_type, sha256, content, training, process, person, purpose
)
VALUES ($1, $2, $3::text::json, $4::text::json, $5, $6, $7)
RETURNING number;

-- name: model_in_force
-- The latest model of a type.
SELECT
    m.number,
    m.content::text AS content
FROM capture.match_model AS m
WHERE m.record_type = $1
ORDER BY m.number DESC
LIMIT 1;

-- name: models
-- Every model, the latest first, without its weights.
SELECT
    m.number,
    m.record_type,
    encode(m.sha256, 'hex') AS sha256,
    m.training::text AS training,
    m.process,
    m.person,
    m.purpose,
    m.trained_at
FROM capture.match_model AS m
ORDER BY m.number DESC
LIMIT 1000;
