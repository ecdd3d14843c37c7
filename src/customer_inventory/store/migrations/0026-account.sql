-- People: accounts, how they show who they are, their sessions, and tokens in their name
-- depends: 0015-grant 0025-issuer

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- A person who can sign in. `person` is the word that grants, capacities and the ledger use. The
-- password is an Argon2id hash, the second factor is sealed with a key outside the database;
-- `last_step` is the last time step of which a code was taken: no code is taken twice.
CREATE TABLE access.account (
    person text PRIMARY KEY
    CONSTRAINT account_person CHECK (person ~ '^[a-z0-9][a-z0-9._@-]{0,99}$'),
    name text NOT NULL,
    is_administrator boolean NOT NULL DEFAULT FALSE,
    state text NOT NULL DEFAULT 'invited'
    CONSTRAINT account_state CHECK (state IN ('invited', 'active', 'disabled')),
    password text,
    sealed_totp bytea,
    last_step bigint NOT NULL DEFAULT 0,
    registered_at timestamptz NOT NULL DEFAULT now(),
    registered_by text NOT NULL,
    CONSTRAINT account_both_factors CHECK ((password IS NULL) = (sealed_totp IS NULL))
);

-- Codes of 80 random bits, each good once when the second factor is lost.
CREATE TABLE access.recovery_code (
    person text NOT NULL REFERENCES access.account (person),
    sha256 bytea NOT NULL CONSTRAINT recovery_code_sha256 CHECK (octet_length(sha256) = 32),
    PRIMARY KEY (person, sha256)
);

-- Links with which a person sets password and second factor: one a person, good once.
CREATE TABLE access.enrolment (
    person text PRIMARY KEY REFERENCES access.account (person),
    sha256 bytea NOT NULL UNIQUE CONSTRAINT enrolment_sha256 CHECK (octet_length(sha256) = 32),
    expires_at timestamptz NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL
);

-- Sessions of browsers: a random id, kept as its SHA-256.
CREATE TABLE access.web_session (
    sha256 bytea PRIMARY KEY CONSTRAINT web_session_sha256 CHECK (octet_length(sha256) = 32),
    person text NOT NULL REFERENCES access.account (person),
    begun_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    source text
);
CREATE INDEX web_session_person ON access.web_session (person);

-- Providers at which people can sign in; the secret of our client there is sealed; a public
-- client (PKCE alone) has none.
CREATE TABLE access.sign_in_provider (
    issuer text PRIMARY KEY REFERENCES access.issuer (issuer),
    title text NOT NULL,
    client text NOT NULL,
    sealed_secret bytea,
    authorization_endpoint text NOT NULL,
    token_endpoint text NOT NULL
);

-- Who of a provider is which person here.
CREATE TABLE access.provider_person (
    issuer text NOT NULL REFERENCES access.issuer (issuer),
    subject text NOT NULL,
    person text NOT NULL REFERENCES access.account (person),
    linked_at timestamptz NOT NULL DEFAULT now(),
    linked_by text NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX provider_person_person ON access.provider_person (person);

-- Who was sent to a provider and has not come back: good once, for the browser that was sent.
CREATE TABLE access.code_flow (
    state_sha256 bytea PRIMARY KEY
    CONSTRAINT code_flow_state CHECK (octet_length(state_sha256) = 32),
    browser_sha256 bytea NOT NULL,
    issuer text NOT NULL,
    expires_at timestamptz NOT NULL
);

-- Through which processes a person may act.
CREATE TABLE access.process_person (
    process text NOT NULL REFERENCES access.process (id),
    person text NOT NULL REFERENCES access.account (person),
    admitted_at timestamptz NOT NULL DEFAULT now(),
    admitted_by text NOT NULL,
    PRIMARY KEY (process, person)
);
CREATE INDEX process_person_person ON access.process_person (person);

-- A token with a name is a personal one: it ends with the account and with the admission.
ALTER TABLE access.token ADD COLUMN name text;
CREATE UNIQUE INDEX token_of_person ON access.token (person, name)
WHERE name IS NOT NULL AND revoked_at IS NULL;

CREATE TRIGGER account_changed AFTER UPDATE OF state OR DELETE OR TRUNCATE ON access.account
FOR EACH STATEMENT EXECUTE FUNCTION access.tell_change();
CREATE TRIGGER process_person_changed AFTER DELETE OR TRUNCATE ON access.process_person
FOR EACH STATEMENT EXECUTE FUNCTION access.tell_change();

-- migrate: rollback
DROP INDEX access.token_of_person;
DELETE FROM access.token AS t
WHERE t.name IS NOT NULL;
ALTER TABLE access.token DROP COLUMN name;
DROP TABLE access.process_person;
DROP TABLE access.code_flow;
DROP TABLE access.provider_person;
DROP TABLE access.sign_in_provider;
DROP TABLE access.web_session;
DROP TABLE access.enrolment;
DROP TABLE access.recovery_code;
DROP TABLE access.account;
