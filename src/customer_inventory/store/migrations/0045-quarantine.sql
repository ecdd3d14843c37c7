-- Quarantine: refused rows kept whole until they load or are dropped; when sources spoke
-- depends: 0043-register

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- Mappings that loads used, so that a row can be loaded by the one it was refused by. No values.
CREATE TABLE capture.mapping (
    sha256 text PRIMARY KEY CONSTRAINT mapping_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    name text NOT NULL,
    yaml text NOT NULL
);

-- A row that was refused: waiting, loaded or dropped. `import` and `at_line` are where it was last
-- refused, there its problems are; `file_name` and `line` where it came from. The same row of a
-- source, by its bytes, is there once for a process and purpose. One that is not exact was cut
-- or is no UTF-8: it must be corrected before it can be loaded.
CREATE TABLE capture.quarantine (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL,
    file_name text NOT NULL,
    line bigint NOT NULL,
    import uuid NOT NULL REFERENCES capture.import (id) ON DELETE CASCADE,
    at_line bigint NOT NULL,
    mapping_sha256 text NOT NULL REFERENCES capture.mapping (sha256),
    header text NOT NULL,
    process text NOT NULL,
    purpose text NOT NULL,
    row_text text,
    is_exact boolean NOT NULL,
    is_fixed boolean NOT NULL DEFAULT FALSE,
    sha256 bytea NOT NULL CONSTRAINT quarantine_sha256 CHECK (octet_length(sha256) = 32),
    state text NOT NULL DEFAULT 'waiting'
    CONSTRAINT quarantine_state CHECK (state IN ('waiting', 'loaded', 'dropped')),
    refused_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz
);
CREATE UNIQUE INDEX quarantine_row
ON capture.quarantine (source, process, purpose, sha256);
CREATE INDEX quarantine_waiting ON capture.quarantine (id) WHERE state = 'waiting';
CREATE INDEX quarantine_import ON capture.quarantine (import, at_line);

-- What was done to a row in quarantine, and by whom; `row_text` is what it said before.
CREATE TABLE capture.quarantine_step (
    row_id bigint NOT NULL REFERENCES capture.quarantine (id) ON DELETE CASCADE,
    number integer NOT NULL,
    step text NOT NULL CONSTRAINT quarantine_step_kind
    CHECK (step IN ('fixed', 'refused', 'loaded', 'dropped')),
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    reason text NOT NULL,
    row_text text,
    taken_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (row_id, number)
);

-- The text of a refused row stands in quarantine from now on; `requirement` is the one that it
-- does not fulfil.
ALTER TABLE capture.refusal ADD COLUMN requirement text;
ALTER TABLE capture.refusal ADD COLUMN row_id bigint;
ALTER TABLE capture.import ADD COLUMN is_replay boolean NOT NULL DEFAULT FALSE;

-- When a source said what it said last of a record, for mappings that say when.
CREATE TABLE capture.said (
    id text NOT NULL,
    source text NOT NULL,
    said_at timestamptz NOT NULL,
    PRIMARY KEY (id, source)
);

-- migrate: rollback
DROP TABLE capture.said;
ALTER TABLE capture.import DROP COLUMN is_replay;
ALTER TABLE capture.refusal DROP COLUMN row_id;
ALTER TABLE capture.refusal DROP COLUMN requirement;
DROP TABLE capture.quarantine_step;
DROP TABLE capture.quarantine;
DROP TABLE capture.mapping;
