-- name: latest_versions
-- The latest version of every object, or of those in one of the states $1. {said}: what it says, or
-- the hash of that.
SELECT
    o.id,
    v.version,
    {said},
    v.state,
    v.proposed_by,
    v.proposed_at
FROM {objects} AS o
INNER JOIN {versions} AS v ON o.id = v.object_id AND o.latest_version = v.version
WHERE $1::text[] IS NULL OR v.state = ANY($1)
ORDER BY length(o.id), o.id;

-- name: versions_in_state
-- Every version that is in one of the states, with {said} of it as above.
SELECT
    v.object_id AS id,
    v.version,
    {said},
    v.state,
    v.proposed_by,
    v.proposed_at
FROM {versions} AS v
WHERE v.state = ANY($1::text[])
ORDER BY length(v.object_id), v.object_id, v.version;

-- name: contents
-- What versions say. $1, $2: of which objects, and which.
SELECT
    v.sha256,
    v.content::json AS content
FROM unnest($1::text[], $2::integer[]) AS k (object_id, version)
INNER JOIN {versions} AS v ON k.object_id = v.object_id AND k.version = v.version;

-- name: versions_of
-- The versions of an object, latest first.
SELECT
    v.object_id AS id,
    v.version,
    v.content::json AS content,
    v.state,
    v.proposed_by,
    v.proposed_at
FROM {versions} AS v
WHERE v.object_id = $1
ORDER BY v.version DESC;

-- name: steps
-- Every step that the versions of an object took, or of all, latest first.
SELECT
    d.object_id AS id,
    d.version,
    d.state,
    d.person,
    d.entered_by,
    d.decided_at,
    d.reason
FROM {decisions} AS d
WHERE $1::text IS NULL OR d.object_id = $1
ORDER BY d.object_id, d.version DESC, d.number DESC;

-- name: hold_object
-- An object with its latest version, if it has one, held until the transaction ends.
SELECT
    o.latest_version,
    o.retired_at,
    v.sha256,
    v.state
FROM {objects} AS o
LEFT JOIN {versions} AS v ON o.id = v.object_id AND o.latest_version = v.version
WHERE o.id = $1
FOR UPDATE OF o;

-- name: propose
-- A new version of an object.
WITH counted AS (
    UPDATE {objects} AS o SET latest_version = $2
    WHERE o.id = $1
    RETURNING o.id
)

INSERT INTO {versions} (object_id, version, content, sha256, proposed_by)
SELECT
    c.id,
    $2,
    $3::jsonb,
    $4,
    $5
FROM counted AS c;

-- name: hold_version_in
-- The latest version of an object in one of the states, held until the transaction ends.
SELECT
    v.object_id AS id,
    v.version,
    v.content::json AS content,
    v.state,
    v.proposed_by,
    v.proposed_at
FROM {versions} AS v
WHERE v.object_id = $1 AND v.state = ANY($2::text[])
ORDER BY v.version DESC
LIMIT 1
FOR UPDATE OF v;

-- name: hold_standing
-- The versions of an object in one of the states, held until the transaction ends.
SELECT v.version
FROM {versions} AS v
WHERE v.object_id = $1 AND v.state = ANY($2::text[])
ORDER BY v.version
FOR UPDATE OF v;

-- name: hindrance
-- Why a person may not take a step of a version: the law of the tables, asked before.
SELECT access.life_hindrance($1::text::regclass, $2::text::regclass, $3, $4, $5, $6);

-- name: decide
-- Keep who took a step, of what content, and why.
INSERT INTO {decisions} (
    object_id, version, number, state, person, entered_by, reason, sha256
)
SELECT
    v.object_id,
    v.version,
    1 + (
        SELECT count(*) FROM {decisions} AS d
        WHERE d.object_id = v.object_id AND d.version = v.version
    ),
    $3,
    $4,
    $5,
    $6,
    v.sha256
FROM {versions} AS v
WHERE v.object_id = $1 AND v.version = $2;

-- name: set_state
-- Let a version be in a state, and its object know what of it is in force.
WITH changed AS (
    UPDATE {versions} AS v
    SET state = $3
    WHERE v.object_id = $1 AND v.version = $2
    RETURNING v.object_id, v.version, v.state
)

UPDATE {objects} AS o
SET
    version_in_force = CASE
        WHEN c.state = 'enforced' THEN c.version
        WHEN o.version_in_force = c.version THEN NULL
        ELSE o.version_in_force
    END,
    retired_at = CASE WHEN c.state = 'retired' THEN now() ELSE o.retired_at END
FROM changed AS c
WHERE o.id = c.object_id;
