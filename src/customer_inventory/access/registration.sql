-- name: register_process
-- Register a process, or change what it is and who answers for it.
INSERT INTO access.process AS p (
    id,
    name,
    etom_id,
    owner,
    registered_by,
    kind,
    owner_person,
    contact,
    changed_by,
    entered_by,
    change_reason
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $5, $5, $9)
ON CONFLICT (id) DO UPDATE
    SET
        name = excluded.name,
        etom_id = excluded.etom_id,
        owner = excluded.owner,
        kind = excluded.kind,
        owner_person = excluded.owner_person,
        contact = excluded.contact,
        changed_at = now(),
        changed_by = excluded.changed_by,
        entered_by = excluded.entered_by,
        change_reason = excluded.change_reason
RETURNING (p.xmax = 0) AS is_new;

-- name: grant_in_force
-- A grant of a process that is in force or suspended, for any of the purposes.
SELECT id
FROM access.process_grant
WHERE process = $1 AND purpose = ANY($2::text[]) AND state IN ('active', 'suspended')
LIMIT 1;

-- name: withdraw_permissions
-- Withdraw whatever a process may do for the purposes; what it may do for others stays.
DELETE FROM access.permission
WHERE process = $1 AND purpose = ANY($2::text[]);

-- name: grant_permission
-- Permit operations on a record type for a purpose, on these terms.
INSERT INTO access.permission (process, record_type, purpose, operations, terms)
VALUES ($1, $2, $3, $4, $5::text::jsonb);

-- name: issue_token
-- Keep the hash of a new token.
INSERT INTO access.token (sha256, process, purpose, person, expires_at)
VALUES ($1, $2, $3, $4, $5);

-- name: revoke_tokens
-- End every token of a process.
UPDATE access.token
SET revoked_at = now()
WHERE process = $1 AND revoked_at IS NULL;

-- name: set_process_state
-- Suspend, revoke or reactivate a process; a revoked one stays revoked.
UPDATE access.process
SET state = $2, changed_at = now(), changed_by = $3, entered_by = $4, change_reason = $5
WHERE id = $1 AND state <> 'revoked'
RETURNING id;

-- name: process_state
-- The state of a process.
SELECT state
FROM access.process
WHERE id = $1;

-- name: process_history
-- Everything that a process was, first to last.
SELECT
    h.number,
    h.changed_at,
    h.changed_by,
    h.entered_by,
    h.reason,
    h.state,
    h.name,
    h.kind,
    h.etom_id,
    h.owner,
    h.owner_person,
    h.contact
FROM access.process_history AS h
WHERE h.process = $1
ORDER BY h.number;

-- name: list_processes
-- Processes by id, one of them or those after a place, with what they may do and how many tokens
-- of theirs live.
SELECT
    p.id,
    p.name,
    p.kind,
    p.etom_id,
    p.owner,
    p.owner_person,
    p.contact,
    p.state,
    p.registered_at,
    p.registered_by,
    coalesce((
        SELECT
            string_agg(
                q.record_type || ':' || array_to_string(q.operations, ',') || ' for ' || q.purpose,
                '; ' ORDER BY q.record_type, q.purpose
            )
        FROM access.permission AS q
        WHERE q.process = p.id
    ), '') AS permissions,
    (
        SELECT count(*)
        FROM access.token AS t
        WHERE t.process = p.id AND t.revoked_at IS NULL AND t.expires_at > now()
    ) AS live_tokens
FROM access.process AS p
WHERE ($1::text IS NULL OR p.id = $1) AND p.id > $2
ORDER BY p.id
LIMIT $3;
