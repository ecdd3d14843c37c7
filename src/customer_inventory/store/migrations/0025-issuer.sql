-- External OpenID providers whose tokens show which client calls; tokens bound to a key (DPoP)
-- depends: 0013-oauth

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- An issuer that is trusted to say which client calls, and for nothing else. Its keys come from the
-- one address given here; a token must name our audience, since by type alone an ID token of some
-- providers looks like an access token.
CREATE TABLE access.issuer (
    issuer text PRIMARY KEY,
    jwks_uri text NOT NULL,
    algorithms text[] NOT NULL
    CONSTRAINT issuer_algorithms CHECK (
        algorithms <@ '{ES256,ES384,ES512,RS256,RS384,RS512,PS256,PS384,PS512,EdDSA}'::text[]
        AND cardinality(algorithms) > 0
    ),
    accepted_types text[] NOT NULL
    CONSTRAINT issuer_accepted_types CHECK (cardinality(accepted_types) > 0),
    audience text NOT NULL CONSTRAINT issuer_audience CHECK (audience <> ''),
    client_claim text NOT NULL,
    scope_claim text NOT NULL,
    longest_life interval NOT NULL
    CONSTRAINT issuer_longest_life CHECK (longest_life BETWEEN '1 minute' AND '1 day'),
    leeway interval NOT NULL
    CONSTRAINT issuer_leeway CHECK (leeway BETWEEN '0 seconds' AND '5 minutes'),
    state text NOT NULL DEFAULT 'trusted'
    CONSTRAINT issuer_state CHECK (state IN ('trusted', 'removed')),
    registered_at timestamptz NOT NULL DEFAULT now(),
    registered_by text NOT NULL
);
CREATE TRIGGER issuer_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON access.issuer
FOR EACH STATEMENT EXECUTE FUNCTION access.tell_change();

-- A client is known to us, or to an issuer by the name it has there. `dpop_required`: its tokens
-- count only together with a proof that the caller holds the key they are bound to (RFC 9449).
ALTER TABLE access.client
DROP CONSTRAINT client_auth_method,
ADD COLUMN issuer text REFERENCES access.issuer (issuer),
ADD COLUMN external_id text,
ADD COLUMN dpop_required boolean NOT NULL DEFAULT FALSE,
ADD CONSTRAINT client_auth_method CHECK (
    auth_method IN ('client_secret_basic', 'private_key_jwt', 'external')
),
ADD CONSTRAINT client_external CHECK (
    (auth_method = 'external') = (issuer IS NOT NULL)
    AND (issuer IS NULL) = (external_id IS NULL)
),
ADD CONSTRAINT client_external_id UNIQUE (issuer, external_id);

-- migrate: rollback
DELETE FROM access.client AS c
WHERE c.auth_method = 'external';
ALTER TABLE access.client
DROP CONSTRAINT client_auth_method,
DROP COLUMN issuer,
DROP COLUMN external_id,
DROP COLUMN dpop_required,
ADD CONSTRAINT client_auth_method CHECK (
    auth_method IN ('client_secret_basic', 'private_key_jwt')
);
DROP TABLE access.issuer;
