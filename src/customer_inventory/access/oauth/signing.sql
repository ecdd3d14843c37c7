-- name: signing_keys
-- Every key that signs or whose signatures still count.
SELECT
    k.kid,
    k.state,
    k.public_jwk,
    k.sealed_private,
    k.changed_at
FROM access.signing_key AS k
ORDER BY k.made_at;

-- name: lock_signing_keys
-- One rotation at a time.
SELECT pg_advisory_xact_lock($1);

-- name: drop_retired_keys
-- Keys whose last token has expired long ago.
DELETE FROM access.signing_key AS k
WHERE k.state = 'retired' AND k.changed_at < now() - $1::interval;

-- name: retire_active_key
-- The active key signs no more; its signatures still count.
UPDATE access.signing_key AS k SET state = 'retired', changed_at = now()
WHERE k.state = 'active';

-- name: activate_next_key
-- The next key signs from now on.
UPDATE access.signing_key AS k SET state = 'active', changed_at = now()
WHERE k.state = 'next';

-- name: keep_key
-- A new key.
INSERT INTO access.signing_key (kid, state, public_jwk, sealed_private) VALUES ($1, $2, $3, $4);
