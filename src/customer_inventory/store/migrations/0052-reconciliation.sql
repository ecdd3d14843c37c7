-- Reconciliation: which source brought which record, extracts compared with what is held, worklist
-- depends: 0046-capture-process

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- What the ids of records are derived in: a source, the alias that its mappings give a record, its
-- type. One without a type stands for the rows of a mapping that name no record.
CREATE TABLE capture.namespace (
    number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL,
    alias text NOT NULL,
    record_type text NOT NULL,
    CONSTRAINT namespace_named UNIQUE (source, alias, record_type)
);

-- Which records a source brought, by namespace. Written with every chunk of an import: no foreign
-- key, which would be looked up row by row.
CREATE TABLE capture.brought (
    namespace integer NOT NULL,
    id text NOT NULL,
    bucket smallint NOT NULL,
    PRIMARY KEY (namespace, id)
);

-- Extracts compared with what is held: how far, and what came of it. `phase` is what is done next
-- or under way, `after` how far in it: namespace and id. `rules` are the tolerances.
CREATE TABLE capture.reconciliation (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL,
    file_name text NOT NULL,
    mapping text NOT NULL,
    mapping_sha256 text NOT NULL REFERENCES capture.mapping (sha256),
    header text NOT NULL,
    rules text NOT NULL,
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    phase text NOT NULL DEFAULT 'staging'
    CONSTRAINT reconciliation_phase
    CHECK (phase IN ('staging', 'missing', 'comparing', 'keeping', 'done')),
    next_line bigint NOT NULL,
    next_offset bigint NOT NULL,
    read_sha256 text NOT NULL,
    after_namespace integer NOT NULL DEFAULT 0,
    after text NOT NULL DEFAULT '',
    rows_read bigint NOT NULL DEFAULT 0,
    rows_refused bigint NOT NULL DEFAULT 0,
    rows_unknown bigint NOT NULL DEFAULT 0,
    records bigint NOT NULL DEFAULT 0,
    agreeing bigint NOT NULL DEFAULT 0,
    totals json,
    started_at timestamptz NOT NULL DEFAULT now(),
    advanced_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
);
CREATE INDEX reconciliation_started ON capture.reconciliation (started_at DESC);

-- What an extract holds, until it is compared: documents, or (without a body) records of rows that
-- were refused. A line of namespace 0 says that nothing was lost: what is not logged is gone after
-- a crash of the server.
CREATE UNLOGGED TABLE capture.reconciliation_staged (
    reconciliation bigint NOT NULL,
    namespace integer NOT NULL,
    id text NOT NULL,
    bucket smallint NOT NULL,
    line bigint NOT NULL,
    said_at timestamptz,
    body text
);
CREATE INDEX reconciliation_staged_id
ON capture.reconciliation_staged (reconciliation, namespace, id);

-- Rows of extracts by which something can be repaired.
CREATE TABLE capture.reconciliation_row (
    reconciliation bigint NOT NULL REFERENCES capture.reconciliation (id) ON DELETE CASCADE,
    line bigint NOT NULL,
    row_text text NOT NULL,
    is_exact boolean NOT NULL,
    PRIMARY KEY (reconciliation, line)
);

-- The worklist. `key` tells an item from all others, `digest` what both sides say.
CREATE TABLE capture.reconciliation_item (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key bytea NOT NULL CONSTRAINT reconciliation_item_key CHECK (octet_length(key) = 16),
    reconciliation bigint NOT NULL REFERENCES capture.reconciliation (id),
    namespace integer NOT NULL REFERENCES capture.namespace (number),
    kind text NOT NULL CONSTRAINT reconciliation_item_kind
    CHECK (kind IN ('missingHere', 'missingThere', 'different', 'refused')),
    record_type text NOT NULL,
    record_id text NOT NULL,
    path text NOT NULL,
    here json,
    there json,
    digest bytea NOT NULL,
    requirement text,
    reason text,
    line bigint,
    state text NOT NULL DEFAULT 'open' CONSTRAINT reconciliation_item_state
    CHECK (state IN ('open', 'accepted', 'repaired', 'closed')),
    accepted_until date,
    found_at timestamptz NOT NULL DEFAULT now(),
    last_found_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    CONSTRAINT reconciliation_item_once UNIQUE (key)
);
CREATE INDEX reconciliation_item_waiting
ON capture.reconciliation_item (id) WHERE state IN ('open', 'accepted');
CREATE INDEX reconciliation_item_found
ON capture.reconciliation_item (reconciliation, namespace, line);
CREATE INDEX reconciliation_item_record ON capture.reconciliation_item (record_id);

-- What was decided of items, by whom and why.
CREATE TABLE capture.reconciliation_step (
    item bigint NOT NULL REFERENCES capture.reconciliation_item (id) ON DELETE CASCADE,
    number integer NOT NULL,
    step text NOT NULL,
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    reason text NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (item, number)
);

-- migrate: rollback
DROP TABLE capture.reconciliation_step;
DROP TABLE capture.reconciliation_item;
DROP TABLE capture.reconciliation_row;
DROP TABLE capture.reconciliation_staged;
DROP TABLE capture.reconciliation;
DROP TABLE capture.brought;
DROP TABLE capture.namespace;
