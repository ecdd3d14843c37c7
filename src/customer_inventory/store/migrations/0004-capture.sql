-- Capture: what was loaded from which file, how far, and what was refused
-- depends: 0003-access

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- One load of one file. Progress is committed together with the rows it counts, so a load that was
-- killed goes on where it was.
CREATE TABLE capture.import (
    id uuid PRIMARY KEY,
    source text NOT NULL,
    file_name text NOT NULL,
    file_sha256 text NOT NULL,
    mapping text NOT NULL,
    mapping_sha256 text NOT NULL,
    state text NOT NULL CONSTRAINT import_state CHECK (state IN ('running', 'done')),
    next_line bigint NOT NULL,
    next_offset bigint NOT NULL,
    rows_read bigint NOT NULL DEFAULT 0,
    rows_refused bigint NOT NULL DEFAULT 0,
    records_created bigint NOT NULL DEFAULT 0,
    records_changed bigint NOT NULL DEFAULT 0,
    records_unchanged bigint NOT NULL DEFAULT 0,
    process text NOT NULL,
    person text,
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
);
CREATE UNIQUE INDEX import_running ON capture.import (source, file_sha256, mapping_sha256)
WHERE state = 'running';

-- Rows that were refused, by line and reason.
CREATE TABLE capture.refusal (
    import uuid NOT NULL REFERENCES capture.import (id) ON DELETE CASCADE,
    line bigint NOT NULL,
    path text,
    reason text NOT NULL,
    row_text text NOT NULL,
    PRIMARY KEY (import, line)
);

-- migrate: rollback
DROP TABLE capture.refusal;
DROP TABLE capture.import;
