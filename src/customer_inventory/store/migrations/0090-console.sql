-- The console: what a session works as, forms that were sent, and what was typed when one ended
-- depends: 0026-account

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- What whoever signed in works as: asked once a session, changed when they say so. Whether they
-- still act through that process is looked up with each page.
ALTER TABLE access.web_session ADD COLUMN process text;
ALTER TABLE access.web_session ADD COLUMN purpose text;
ALTER TABLE access.web_session ADD CONSTRAINT web_session_work
CHECK ((process IS NULL) = (purpose IS NULL));

-- Forms that were sent: each is good once. `location` is where its answer led; NULL while it is at
-- work.
CREATE TABLE access.web_form (
    sha256 bytea PRIMARY KEY CONSTRAINT web_form_sha256 CHECK (octet_length(sha256) = 32),
    person text NOT NULL REFERENCES access.account (person),
    sent_at timestamptz NOT NULL DEFAULT now(),
    location text
);
CREATE INDEX web_form_sent ON access.web_form (sent_at);

-- What a person had typed into a form when the session was over: sealed, for that person alone.
CREATE TABLE access.web_typed (
    sha256 bytea PRIMARY KEY CONSTRAINT web_typed_sha256 CHECK (octet_length(sha256) = 32),
    person text NOT NULL REFERENCES access.account (person),
    sealed bytea NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX web_typed_person ON access.web_typed (person, expires_at);

-- migrate: rollback
DROP TABLE access.web_typed;
DROP TABLE access.web_form;
ALTER TABLE access.web_session DROP CONSTRAINT web_session_work;
ALTER TABLE access.web_session DROP COLUMN purpose;
ALTER TABLE access.web_session DROP COLUMN process;
