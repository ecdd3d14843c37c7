-- Attachments: files that belong to records, encrypted, in parts
-- depends: 0002-record

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- A file beside a record, in its bucket. `sha256` and `size` are of what was sent; `sealed_key` is
-- the key of its parts, sealed with one that is not in the database: with the row goes the key.
CREATE TABLE record.attachment (
    id text NOT NULL,
    bucket smallint NOT NULL,
    record_id text NOT NULL,
    record_type text NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    sha256 bytea NOT NULL CONSTRAINT attachment_sha256 CHECK (octet_length(sha256) = 32),
    sealed_key bytea NOT NULL,
    recorded_at timestamptz NOT NULL,
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    PRIMARY KEY (id, bucket)
);
CREATE INDEX attachment_record ON record.attachment (record_id, id);

-- Its content, a quarter of a megabyte a row, each encrypted by itself: any part can be read.
CREATE TABLE record.attachment_part (
    id text NOT NULL,
    bucket smallint NOT NULL,
    part integer NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (id, bucket, part),
    FOREIGN KEY (id, bucket) REFERENCES record.attachment (id, bucket) ON DELETE CASCADE
);
-- What is encrypted cannot be compressed.
ALTER TABLE record.attachment_part ALTER COLUMN content SET STORAGE EXTERNAL;

-- migrate: rollback
DROP TABLE record.attachment_part;
DROP TABLE record.attachment;
