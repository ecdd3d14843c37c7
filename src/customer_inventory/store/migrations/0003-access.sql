-- Access: registered processes, their grants and tokens, and the ledger of every access
-- depends: 0002-record

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- Whoever touches customer data: an eTOM process, a system or an agent, with an owner to answer.
CREATE TABLE access.process (
    id text PRIMARY KEY,
    name text NOT NULL,
    etom_id text,
    owner text NOT NULL,
    state text NOT NULL DEFAULT 'active'
    CONSTRAINT process_state CHECK (state IN ('active', 'suspended', 'revoked')),
    registered_at timestamptz NOT NULL DEFAULT now(),
    registered_by text NOT NULL
);

-- What a process may do to records of one type, for one purpose. '*' is every type.
CREATE TABLE access.permission (
    process text NOT NULL REFERENCES access.process (id),
    record_type text NOT NULL,
    purpose text NOT NULL,
    operations text[] NOT NULL
    CONSTRAINT permission_operations CHECK (
        operations <@ '{read,create,modify,update,delete,download}'::text[]
        AND cardinality(operations) > 0
    ),
    valid_from timestamptz NOT NULL DEFAULT now(),
    valid_to timestamptz,
    PRIMARY KEY (process, record_type, purpose)
);

-- A bearer token: only its SHA-256 is kept, the token itself is shown once.
CREATE TABLE access.token (
    sha256 bytea PRIMARY KEY CONSTRAINT token_sha256 CHECK (octet_length(sha256) = 32),
    process text NOT NULL REFERENCES access.process (id),
    purpose text NOT NULL,
    person text,
    issued_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX token_process ON access.token (process);

-- The access ledger as it is written: one row holds the entries of all answers that left together
-- (group commit). `writer` and its running numbers show a gap if a segment is ever lost.
CREATE TABLE access.segment (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    writer uuid NOT NULL,
    first_entry bigint NOT NULL,
    entries integer NOT NULL,
    body json NOT NULL,
    CONSTRAINT segment_writer_entry UNIQUE (writer, first_entry)
);
CREATE INDEX segment_recorded_at ON access.segment USING brin (recorded_at);

-- The ledger as it is read: an entry a row.
CREATE VIEW access.entry AS
SELECT
    s.seq,
    s.writer,
    s.first_entry + e.ordinality - 1 AS number,
    (e.value ->> 'at')::timestamptz AS at,
    e.value ->> 'process' AS process,
    e.value ->> 'person' AS person,
    e.value ->> 'purpose' AS purpose,
    e.value ->> 'operation' AS operation,
    e.value ->> 'type' AS record_type,
    e.value -> 'ids' AS record_ids,
    (e.value ->> 'count')::integer AS record_count,
    (e.value ->> 'status')::integer AS status,
    e.value ->> 'decision' AS decision,
    (e.value ->> 'bytes')::bigint AS bytes,
    e.value ->> 'source' AS source
FROM access.segment AS s
CROSS JOIN LATERAL json_array_elements(s.body) WITH ORDINALITY AS e (value, ordinality);

-- A change of who may do what is told to every worker at once, however it is made.
CREATE FUNCTION access.tell_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('access_changed', '');
    RETURN NULL;
END
$$;
CREATE TRIGGER process_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON access.process
FOR EACH STATEMENT EXECUTE FUNCTION access.tell_change();
CREATE TRIGGER permission_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON access.permission
FOR EACH STATEMENT EXECUTE FUNCTION access.tell_change();
CREATE TRIGGER token_changed AFTER UPDATE OR DELETE OR TRUNCATE ON access.token
FOR EACH STATEMENT EXECUTE FUNCTION access.tell_change();

-- migrate: rollback
DROP VIEW access.entry;
DROP TABLE access.segment;
DROP TABLE access.token;
DROP TABLE access.permission;
DROP TABLE access.process;
DROP FUNCTION access.tell_change();
