-- name: register_client
-- A new client of a process.
INSERT INTO access.client (
    id,
    process,
    auth_method,
    jwks,
    longest_assertion,
    registered_by,
    issuer,
    external_id,
    dpop_required
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: keep_secret
-- A further secret of a client; those before go on until they expire, half a day from now at most.
WITH earlier AS (
    UPDATE access.client_secret AS s
    SET expires_at = least(s.expires_at, now() + $4::interval)
    WHERE s.client = $1
)

INSERT INTO access.client_secret (client, sha256, expires_at) VALUES ($1, $2, $3);

-- name: client_by_id
-- A client with its process and the secrets that are good.
SELECT
    c.id,
    c.process,
    c.auth_method,
    c.jwks,
    c.longest_assertion,
    c.dpop_required,
    c.generation,
    c.state,
    p.state AS process_state,
    array(
        SELECT s.sha256 FROM access.client_secret AS s
        WHERE s.client = c.id AND s.expires_at > now()
    ) AS secrets
FROM access.client AS c
INNER JOIN access.process AS p ON c.process = p.id
WHERE c.id = $1;

-- name: purposes_of_client
-- For what the process of a client holds permissions that are in force; those of broken glass are a
-- person's. That it asked is kept, once an hour.
WITH used AS (
    INSERT INTO access.client_use AS u (client)
    VALUES ($1)
    ON CONFLICT (client) DO UPDATE
        SET last_used_at = now()
        WHERE u.last_used_at < now() - interval '1 hour'
)

SELECT DISTINCT q.purpose FROM access.permission AS q
WHERE
    q.process = $2
    AND q.break_glass_id IS NULL
    AND q.valid_from <= now()
    AND (q.valid_to IS NULL OR q.valid_to > now())
ORDER BY q.purpose;

-- name: end_tokens_of_client
-- Every token of the client ends at once; the client goes on.
UPDATE access.client AS c SET generation = c.generation + 1
WHERE c.id = $1
RETURNING c.generation;

-- name: revoke_client
-- The client is no more.
UPDATE access.client AS c SET state = 'revoked', generation = c.generation + 1
WHERE c.id = $1
RETURNING c.generation;

-- name: resume_client
-- A suspended client is active again; it counts as used now.
WITH used AS (
    INSERT INTO access.client_use (client)
    SELECT c.id FROM access.client AS c
    WHERE c.id = $1
    ON CONFLICT (client) DO UPDATE
        SET last_used_at = now()
)

UPDATE access.client SET state = 'active'
WHERE id = $1 AND state = 'suspended'
RETURNING id;

-- name: list_clients
-- Every client, by process.
SELECT
    c.id,
    c.process,
    c.auth_method,
    c.issuer,
    c.external_id,
    c.dpop_required,
    c.state,
    c.registered_at,
    c.registered_by,
    (
        SELECT max(s.expires_at) FROM access.client_secret AS s
        WHERE s.client = c.id
    ) AS secret_expires_at
FROM access.client AS c
ORDER BY c.process, c.id;

-- name: use_once
-- Remember what may be used once, and forget what has expired; nothing is returned when it was used
-- before.
WITH replays AS (
    DELETE FROM access.replay AS r
    WHERE r.expires_at < now()
),

revocations AS (
    DELETE FROM access.token_revocation AS r
    WHERE r.expires_at < now()
)

INSERT INTO access.replay (sha256, expires_at) VALUES ($1, $2)
ON CONFLICT DO NOTHING
RETURNING sha256;

-- name: is_process
-- Whether a process of that id is registered.
SELECT TRUE FROM access.process AS p
WHERE p.id = $1;
