-- OAuth 2: clients of processes, their secrets and keys, signing keys, replays and revocations
-- depends: 0003-access

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- How a process shows who it is. `generation` is in every token: raising it ends all of them.
CREATE TABLE access.client (
    id text PRIMARY KEY,
    process text NOT NULL REFERENCES access.process (id),
    auth_method text NOT NULL
    CONSTRAINT client_auth_method CHECK (auth_method IN ('client_secret_basic', 'private_key_jwt')),
    jwks json,
    longest_assertion interval NOT NULL DEFAULT '5 minutes',
    generation integer NOT NULL DEFAULT 1,
    state text NOT NULL DEFAULT 'active'
    CONSTRAINT client_state CHECK (state IN ('active', 'revoked')),
    registered_at timestamptz NOT NULL DEFAULT now(),
    registered_by text NOT NULL,
    CONSTRAINT client_keys CHECK ((auth_method = 'private_key_jwt') = (jwks IS NOT NULL))
);
CREATE INDEX client_process ON access.client (process);

-- Secrets of 256 random bits, kept as SHA-256. Two may be good at once: rotation without a gap.
CREATE TABLE access.client_secret (
    client text NOT NULL REFERENCES access.client (id),
    sha256 bytea NOT NULL CONSTRAINT client_secret_sha256 CHECK (octet_length(sha256) = 32),
    issued_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (client, sha256)
);

-- Keys that sign access tokens: next → active → retired, then gone. Private halves are sealed with
-- a key that is not in the database.
CREATE TABLE access.signing_key (
    kid text PRIMARY KEY,
    state text NOT NULL
    CONSTRAINT signing_key_state CHECK (state IN ('next', 'active', 'retired')),
    public_jwk json NOT NULL,
    sealed_private bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX signing_key_one_active ON access.signing_key (state)
WHERE state IN ('active', 'next');

-- What may be used once: assertions and proofs, by hash, until they expire.
CREATE TABLE access.replay (
    sha256 bytea PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
CREATE INDEX replay_expires_at ON access.replay (expires_at);

-- Who was refused without having shown who they are, counted by source and minute: no stranger can
-- make the inventory write a row a request.
CREATE TABLE access.stranger (
    minute timestamptz NOT NULL,
    source text NOT NULL,
    refused bigint NOT NULL,
    PRIMARY KEY (minute, source)
);

-- Access tokens that were ended before their time.
CREATE TABLE access.token_revocation (
    jti text PRIMARY KEY,
    expires_at timestamptz NOT NULL
);

CREATE TRIGGER client_changed AFTER UPDATE OR DELETE OR TRUNCATE ON access.client
FOR EACH STATEMENT EXECUTE FUNCTION access.tell_change();
CREATE TRIGGER token_revoked AFTER INSERT ON access.token_revocation
FOR EACH STATEMENT EXECUTE FUNCTION access.tell_change();
CREATE TRIGGER signing_key_changed AFTER INSERT OR UPDATE OR DELETE ON access.signing_key
FOR EACH STATEMENT EXECUTE FUNCTION access.tell_change();

-- What a process may do for a purpose just now, and when next time changes any of it.
CREATE FUNCTION access.in_force(of_process text, for_purpose text)
RETURNS TABLE (changes_at timestamptz, permissions json)
LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT
        min(CASE WHEN q.valid_from > now() THEN q.valid_from ELSE q.valid_to END)
        FILTER (WHERE q.valid_from > now() OR q.valid_to > now()),
        coalesce(
            json_object_agg(q.record_type, array_to_json(q.operations))
            FILTER (WHERE q.valid_from <= now() AND (q.valid_to IS NULL OR q.valid_to > now())),
            '{}'::json
        )
    FROM access.permission AS q
    WHERE q.process = of_process AND q.purpose = for_purpose
$$;

-- migrate: rollback
DROP FUNCTION access.in_force;
DROP TABLE access.token_revocation;
DROP TABLE access.stranger;
DROP TABLE access.replay;
DROP TABLE access.signing_key;
DROP TABLE access.client_secret;
DROP TABLE access.client;
