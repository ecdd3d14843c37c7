-- The inventory itself: one table a record type on one skeleton, history, links, outbox
-- depends: 0001-rooms

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- The skeleton every record type shares. Search columns are added per type below; the write
-- statement fills them from the document (docs/adr/0004), so that a change which leaves them alone
-- stays a heap-only update. A body of up to 8 kB stays in its row, uncompressed: it is read more
-- often than it is written, and never searched.
CREATE TABLE record.individual (
    id text NOT NULL,
    bucket smallint NOT NULL,
    subject_id text NOT NULL,
    revision bigint NOT NULL,
    operation text NOT NULL,
    body json NOT NULL,
    valid_from timestamptz,
    valid_to timestamptz,
    recorded_at timestamptz NOT NULL,
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    name text,
    family_name text,
    given_name text,
    status text,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);
CREATE INDEX individual_name ON record.individual USING gin (name gin_trgm_ops);
CREATE INDEX individual_family_name ON record.individual (family_name, given_name, id);

CREATE TABLE record.organization (
    id text NOT NULL,
    bucket smallint NOT NULL,
    subject_id text NOT NULL,
    revision bigint NOT NULL,
    operation text NOT NULL,
    body json NOT NULL,
    valid_from timestamptz,
    valid_to timestamptz,
    recorded_at timestamptz NOT NULL,
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    name text,
    trading_name text,
    status text,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);
CREATE INDEX organization_name ON record.organization USING gin (name gin_trgm_ops);
CREATE INDEX organization_name_id ON record.organization (name, id);

CREATE TABLE record.customer (
    id text NOT NULL,
    bucket smallint NOT NULL,
    subject_id text NOT NULL,
    revision bigint NOT NULL,
    operation text NOT NULL,
    body json NOT NULL,
    valid_from timestamptz,
    valid_to timestamptz,
    recorded_at timestamptz NOT NULL,
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    name text,
    status text,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);
CREATE INDEX customer_name ON record.customer USING gin (name gin_trgm_ops);
CREATE INDEX customer_name_id ON record.customer (name, id);
CREATE INDEX customer_status ON record.customer (status, id);

CREATE TABLE record.party_interaction (
    id text NOT NULL,
    bucket smallint NOT NULL,
    subject_id text NOT NULL,
    revision bigint NOT NULL,
    operation text NOT NULL,
    body json NOT NULL,
    valid_from timestamptz,
    valid_to timestamptz,
    recorded_at timestamptz NOT NULL,
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    direction text,
    reason text,
    status text,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);
CREATE INDEX party_interaction_valid_from ON record.party_interaction (valid_from, id);

CREATE TABLE record.agreement (
    id text NOT NULL,
    bucket smallint NOT NULL,
    subject_id text NOT NULL,
    revision bigint NOT NULL,
    operation text NOT NULL,
    body json NOT NULL,
    valid_from timestamptz,
    valid_to timestamptz,
    recorded_at timestamptz NOT NULL,
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    name text,
    agreement_type text,
    status text,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);
CREATE INDEX agreement_name ON record.agreement (name, id);
CREATE INDEX agreement_status ON record.agreement (status, id);

CREATE TABLE record.party_account (
    id text NOT NULL,
    bucket smallint NOT NULL,
    subject_id text NOT NULL,
    revision bigint NOT NULL,
    operation text NOT NULL,
    body json NOT NULL,
    valid_from timestamptz,
    valid_to timestamptz,
    recorded_at timestamptz NOT NULL,
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    name text,
    account_type text,
    state text,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);
CREATE INDEX party_account_name ON record.party_account (name, id);

CREATE TABLE record.billing_account (
    id text NOT NULL,
    bucket smallint NOT NULL,
    subject_id text NOT NULL,
    revision bigint NOT NULL,
    operation text NOT NULL,
    body json NOT NULL,
    valid_from timestamptz,
    valid_to timestamptz,
    recorded_at timestamptz NOT NULL,
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    name text,
    account_type text,
    state text,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);
CREATE INDEX billing_account_name ON record.billing_account (name, id);

-- Every superseded version, in system time: what was recorded, when, by whom, for what. A removal
-- leaves the last version and, one revision later, a tombstone without body.
CREATE TABLE record.history (
    bucket smallint NOT NULL,
    id text NOT NULL,
    type text NOT NULL,
    revision bigint NOT NULL,
    operation text NOT NULL,
    body json,
    recorded_from timestamptz NOT NULL,
    recorded_to timestamptz NOT NULL,
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    PRIMARY KEY (id, bucket, revision)
) WITH (toast_tuple_target = 8160);

-- References between records, one row in the bucket of each end: `outward` rows lie with the record
-- that refers, the others with the one referred to.
CREATE TABLE record.link (
    bucket smallint NOT NULL,
    id text NOT NULL,
    outward boolean NOT NULL,
    path text NOT NULL,
    role text NOT NULL,
    other_id text NOT NULL,
    other_bucket smallint NOT NULL,
    other_type text,
    PRIMARY KEY (id, bucket, outward, path, role, other_id)
);

-- What happened, for whoever listens: written by the statement that made it happen. `xid` orders
-- readers behind open transactions, so that a late commit is never skipped.
CREATE TABLE record.outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY,
    bucket smallint NOT NULL,
    id text NOT NULL,
    type text NOT NULL,
    revision bigint NOT NULL,
    event text NOT NULL,
    recorded_at timestamptz NOT NULL,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (seq, bucket)
);

-- Something that somebody should look at. One kind of thing for every room: the fingerprint names
-- it, so that finding it again changes it and never doubles it.
CREATE TABLE record.finding (
    fingerprint text PRIMARY KEY,
    kind text NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    owner text,
    due_at timestamptz,
    record_type text,
    record_id text,
    evidence json NOT NULL,
    found_at timestamptz NOT NULL DEFAULT now(),
    last_found_at timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz
);
CREATE INDEX finding_kind_state ON record.finding (kind, state, found_at);
CREATE INDEX finding_record ON record.finding (record_id);

-- What was seen at the door, counted: undeclared paths today, refused attributes and last reads as
-- the rooms that report them arrive.
CREATE TABLE record.observation (
    kind text NOT NULL,
    record_type text NOT NULL,
    path text NOT NULL,
    process text NOT NULL,
    seen bigint NOT NULL,
    first_seen_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    PRIMARY KEY (kind, record_type, path, process)
);

-- migrate: rollback
DROP TABLE record.observation;
DROP TABLE record.finding;
DROP TABLE record.outbox;
DROP TABLE record.link;
DROP TABLE record.history;
DROP TABLE record.billing_account;
DROP TABLE record.party_account;
DROP TABLE record.agreement;
DROP TABLE record.party_interaction;
DROP TABLE record.customer;
DROP TABLE record.organization;
DROP TABLE record.individual;
