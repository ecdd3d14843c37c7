-- name: revoke_token
-- End one token before its time.
INSERT INTO access.token_revocation (jti, expires_at) VALUES ($1, $2)
ON CONFLICT DO NOTHING;

-- name: token_counts
-- Whether a token of that client, generation and number still counts.
SELECT TRUE
FROM access.client AS c
INNER JOIN access.process AS p ON c.process = p.id
WHERE
    c.id = $1
    AND c.generation = $2
    AND c.state = 'active'
    AND p.state = 'active'
    AND NOT EXISTS (
        SELECT FROM access.token_revocation AS r
        WHERE r.jti = $3
    );
