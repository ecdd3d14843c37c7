-- name: revoke_token
-- End one token before its time.
INSERT INTO access.token_revocation (jti, expires_at) VALUES ($1, $2)
ON CONFLICT DO NOTHING;
