-- name: trust_issuer
-- Trust an issuer, or change what its tokens must look like.
INSERT INTO access.issuer (
    issuer,
    jwks_uri,
    algorithms,
    accepted_types,
    audience,
    client_claim,
    scope_claim,
    longest_life,
    leeway,
    registered_by
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (issuer) DO UPDATE
    SET
        jwks_uri = excluded.jwks_uri,
        algorithms = excluded.algorithms,
        accepted_types = excluded.accepted_types,
        audience = excluded.audience,
        client_claim = excluded.client_claim,
        scope_claim = excluded.scope_claim,
        longest_life = excluded.longest_life,
        leeway = excluded.leeway,
        state = 'trusted';

-- name: remove_issuer
-- Trust an issuer no more, and end its clients.
WITH removed AS (
    UPDATE access.issuer AS i SET state = 'removed'
    WHERE i.issuer = $1 AND i.state = 'trusted'
    RETURNING i.issuer
),

ended AS (
    UPDATE access.client AS c SET state = 'revoked', generation = c.generation + 1
    FROM removed
    WHERE c.issuer = removed.issuer
)

SELECT r.issuer FROM removed AS r;

-- name: list_issuers
-- Every issuer that is trusted.
SELECT
    i.issuer,
    i.jwks_uri,
    i.algorithms,
    i.accepted_types,
    i.audience,
    i.client_claim,
    i.scope_claim,
    i.longest_life,
    i.leeway,
    i.registered_at,
    i.registered_by
FROM access.issuer AS i
WHERE i.state = 'trusted'
ORDER BY i.issuer;

-- name: client_of_issuer
-- The client that an issuer knows by a name; for what its process holds permissions in force, apart
-- from those of broken glass, which are a person's. That it was used is kept, once an hour.
WITH known AS (
    SELECT
        c.id,
        c.process,
        c.generation
    FROM access.client AS c
    WHERE c.issuer = $1 AND c.external_id = $2 AND c.state = 'active'
),

used AS (
    INSERT INTO access.client_use AS u (client)
    SELECT k.id FROM known AS k
    ON CONFLICT (client) DO UPDATE
        SET last_used_at = now()
        WHERE u.last_used_at < now() - interval '1 hour'
)

SELECT
    k.id,
    k.generation,
    array(
        SELECT DISTINCT q.purpose FROM access.permission AS q
        WHERE
            q.process = k.process
            AND q.break_glass_id IS NULL
            AND q.valid_from <= now()
            AND (q.valid_to IS NULL OR q.valid_to > now())
        ORDER BY q.purpose
    ) AS purposes,
    array(
        SELECT DISTINCT q.purpose FROM access.permission AS q
        WHERE q.process = k.process AND q.break_glass_id IS NOT NULL
    ) AS personal
FROM known AS k;
