-- Governed downloads: jobs, the chunks of their files, and the records planted to trace leaks
-- depends: 0015-grant

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- A job that takes the records of a list away as a file. What was asked for never changes.
-- `requested_by` is the person, or the process where there is none; `watermark` is the mark that
-- the lines of the file carry. `row_count` leaves planted records out; `position` is the cursor
-- after the last chunk. The file lies in the home of the inventory, its keys in the chunks.
CREATE TABLE access.download (
    id text PRIMARY KEY,
    process text NOT NULL REFERENCES access.process (id),
    purpose text NOT NULL,
    person text,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    reason text,
    record_type text NOT NULL,
    path text NOT NULL,
    query text NOT NULL,
    format text NOT NULL CONSTRAINT download_format CHECK (format IN ('ndjson', 'csv', 'parquet')),
    compression text NOT NULL
    CONSTRAINT download_compression CHECK (compression IN ('none', 'gzip', 'zstd')),
    is_for_people boolean NOT NULL,
    canaries smallint NOT NULL,
    pseudonym_domain text,
    watermark bytea NOT NULL CONSTRAINT download_watermark UNIQUE,
    expected_rows bigint NOT NULL,
    needs_approval boolean NOT NULL,
    approved_by text,
    approved_as text,
    state text NOT NULL
    CONSTRAINT download_state CHECK (
        state IN (
            'waiting',
            'notStarted',
            'running',
            'succeeded',
            'failed',
            'aborted',
            'cancelled',
            'rejected',
            'expired',
            'destroyed'
        )
    ),
    state_reason text NOT NULL DEFAULT '',
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    expires_at timestamptz,
    position text NOT NULL DEFAULT '',
    chunks integer NOT NULL DEFAULT 0,
    row_count bigint NOT NULL DEFAULT 0,
    line_count bigint NOT NULL DEFAULT 0,
    size bigint NOT NULL DEFAULT 0,
    sha256 bytea,
    CONSTRAINT download_approved CHECK (
        NOT needs_approval
        OR approved_by IS NOT NULL
        OR state NOT IN ('notStarted', 'running', 'succeeded')
    ),
    CONSTRAINT download_approved_by_another CHECK (approved_by <> requested_by),
    CONSTRAINT download_capacity FOREIGN KEY (approved_by, approved_as)
    REFERENCES access.person_capacity (person, capacity) MATCH FULL
);
CREATE INDEX download_process ON access.download (process, id);
CREATE INDEX download_unfinished ON access.download (process)
WHERE state IN ('waiting', 'notStarted', 'running');
CREATE INDEX download_expires ON access.download (expires_at)
WHERE state = 'succeeded';

-- A chunk of the file: what one page of the list became. `start` and `size` count the content,
-- `place` is where its encrypted parts begin; the key is sealed with one outside the database.
-- `members` are eight bytes of a hash for each record in it: whose data the file holds.
CREATE TABLE access.download_chunk (
    download_id text NOT NULL REFERENCES access.download (id),
    chunk integer NOT NULL,
    line_count integer NOT NULL,
    start bigint NOT NULL,
    size integer NOT NULL,
    place bigint NOT NULL,
    sha256 bytea NOT NULL,
    sealed_key bytea NOT NULL,
    members bytea NOT NULL,
    PRIMARY KEY (download_id, chunk)
);

-- Hashes of what planted records hold: whoever finds one of the values learns the job.
CREATE TABLE access.download_canary (
    value_sha256 bytea NOT NULL,
    download_id text NOT NULL REFERENCES access.download (id),
    PRIMARY KEY (value_sha256, download_id)
);

-- migrate: rollback
DROP TABLE access.download_canary;
DROP TABLE access.download_chunk;
DROP TABLE access.download;
