-- name: register_purpose
-- Register a purpose, or change the title, basis and state of a registered one.
INSERT INTO access.purpose (
    code,
    title,
    legal_basis,
    requires_consent,
    despite_restriction,
    despite_objection,
    privacy_purposes,
    state,
    registered_by
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (code) DO UPDATE
    SET
        title = excluded.title,
        legal_basis = excluded.legal_basis,
        requires_consent = excluded.requires_consent,
        despite_restriction = excluded.despite_restriction,
        despite_objection = excluded.despite_objection,
        privacy_purposes = excluded.privacy_purposes,
        state = excluded.state;

-- name: purpose_state
-- The state of a purpose.
SELECT state
FROM access.purpose
WHERE code = $1;

-- name: list_purposes
-- Every purpose.
SELECT
    u.code,
    u.title,
    u.legal_basis,
    u.requires_consent,
    u.despite_restriction,
    u.despite_objection,
    u.privacy_purposes,
    u.state
FROM access.purpose AS u
ORDER BY u.code;

-- name: register_capacity
-- Give a person a capacity from now, or give it another end.
INSERT INTO access.person_capacity (person, capacity, valid_to, registered_by)
VALUES ($1, $2, $3, $4)
ON CONFLICT (person, capacity) DO UPDATE
    SET valid_to = excluded.valid_to;

-- name: list_people
-- Every person with the capacities that are or were theirs.
SELECT
    c.person,
    c.capacity,
    c.valid_from,
    c.valid_to,
    c.registered_by
FROM access.person_capacity AS c
ORDER BY c.person, c.capacity;
