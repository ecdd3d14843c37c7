-- name: begin_flow
-- A browser was sent to a provider.
INSERT INTO access.code_flow (state_sha256, browser_sha256, issuer, expires_at)
VALUES ($1, $2, $3, $4);

-- name: end_flow
-- It came back: good once, in time, for the same browser.
DELETE FROM access.code_flow AS f
WHERE f.state_sha256 = $1 AND f.browser_sha256 = $2 AND f.expires_at > now()
RETURNING f.issuer;

-- name: offer_provider
-- Offer to sign in at a provider, or change how.
INSERT INTO access.sign_in_provider (
    issuer,
    title,
    client,
    sealed_secret,
    authorization_endpoint,
    token_endpoint
)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (issuer) DO UPDATE
    SET
        title = excluded.title,
        client = excluded.client,
        sealed_secret = excluded.sealed_secret,
        authorization_endpoint = excluded.authorization_endpoint,
        token_endpoint = excluded.token_endpoint;

-- name: list_providers
-- Providers at which people can sign in.
SELECT
    p.issuer,
    p.title
FROM access.sign_in_provider AS p
INNER JOIN access.issuer AS i ON p.issuer = i.issuer
WHERE i.state = 'trusted'
ORDER BY p.title, p.issuer;

-- name: provider_by_issuer
-- One of them, with what we need to ask it.
SELECT
    p.issuer,
    p.title,
    p.client,
    p.sealed_secret,
    p.authorization_endpoint,
    p.token_endpoint
FROM access.sign_in_provider AS p
INNER JOIN access.issuer AS i ON p.issuer = i.issuer
WHERE p.issuer = $1 AND i.state = 'trusted';
