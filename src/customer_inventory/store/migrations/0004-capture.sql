-- Capture: what was loaded from which file, how far, and what was refused
-- depends: 0003-access

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- One load of one file. Progress is committed together with the rows it counts, so a load that was
-- killed goes on where it was: the hash of the bytes read so far proves that it is the same file.
CREATE TABLE capture.import (
    id uuid PRIMARY KEY,
    source text NOT NULL,
    file_name text NOT NULL,
    mapping text NOT NULL,
    mapping_sha256 text NOT NULL,
    next_line bigint NOT NULL,
    next_offset bigint NOT NULL,
    read_sha256 text NOT NULL,
    rows_read bigint NOT NULL DEFAULT 0,
    rows_refused bigint NOT NULL DEFAULT 0,
    records json NOT NULL DEFAULT '{}',
    undeclared json NOT NULL DEFAULT '{}',
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    advanced_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
);
CREATE INDEX import_unfinished ON capture.import (source, mapping_sha256) WHERE ended_at IS NULL;
CREATE INDEX import_started_at ON capture.import (started_at);

-- What was wrong with refused rows, by line; the row itself stands with its first problem.
CREATE TABLE capture.refusal (
    import uuid NOT NULL REFERENCES capture.import (id) ON DELETE CASCADE,
    line bigint NOT NULL,
    problem smallint NOT NULL,
    path text,
    reason text NOT NULL,
    row_text text,
    PRIMARY KEY (import, line, problem)
);

-- migrate: rollback
DROP TABLE capture.refusal;
DROP TABLE capture.import;
