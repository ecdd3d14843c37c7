-- Usage metered: sums of the ledger by hour, what is stored, what the database did for whom
-- depends: 0060-finding

-- migrate: apply
SET LOCAL lock_timeout = '3s';

CREATE SCHEMA usage;

-- How far the ledger is metered: the place of the first entry that is not. `missed` counts entries
-- that were retired before they were metered.
CREATE TABLE usage.metered (
    is_only boolean PRIMARY KEY DEFAULT true CONSTRAINT metered_is_only CHECK (is_only),
    place bigint NOT NULL DEFAULT 0,
    missed bigint NOT NULL DEFAULT 0,
    metered_at timestamptz
);
INSERT INTO usage.metered DEFAULT VALUES;

-- Sums of entries by hour. What comes late for a month that is closed stands apart (`is_late`), so
-- that what a statement was made of stays as it was.
CREATE TABLE usage.hourly (
    hour timestamptz NOT NULL,
    process text NOT NULL,
    purpose text NOT NULL,
    operation text NOT NULL,
    record_type text NOT NULL,
    is_late boolean NOT NULL DEFAULT false,
    requests bigint NOT NULL,
    errors bigint NOT NULL,
    denied bigint NOT NULL,
    records bigint NOT NULL,
    bytes bigint NOT NULL,
    PRIMARY KEY (hour, process, purpose, operation, record_type, is_late),
    CONSTRAINT hourly_counts CHECK (least(requests, errors, denied, records, bytes) >= 0)
);

-- What tables take on disk, as it was looked at; `record_type` of the tables that hold one.
CREATE TABLE usage.stored (
    at timestamptz NOT NULL,
    relation text NOT NULL,
    record_type text,
    heap_bytes bigint NOT NULL,
    index_bytes bigint NOT NULL,
    toast_bytes bigint NOT NULL,
    PRIMARY KEY (relation, at)
);

-- Whose the records of a type were then: how many each process was the last to write.
CREATE TABLE usage.stored_by (
    at timestamptz NOT NULL,
    record_type text NOT NULL,
    process text NOT NULL,
    records bigint NOT NULL,
    PRIMARY KEY (record_type, at, process)
);

-- Counters of the server as they stood when they were last looked at; what they grew by since is
-- what was done. A counter is known by what it counts and from when on.
CREATE TABLE usage.counter (
    name text NOT NULL,
    since timestamptz NOT NULL,
    counts bigint[] NOT NULL,
    PRIMARY KEY (name, since)
);

-- What the database did in an hour, by login role and named statement ('' for one without a name).
CREATE TABLE usage.effort (
    hour timestamptz NOT NULL,
    login text NOT NULL,
    statement text NOT NULL,
    calls bigint NOT NULL,
    returned bigint NOT NULL,
    microseconds bigint NOT NULL,
    wal_bytes bigint NOT NULL,
    PRIMARY KEY (hour, login, statement)
);

-- What the whole server wrote ahead in an hour.
CREATE TABLE usage.wal (
    hour timestamptz PRIMARY KEY,
    bytes bigint NOT NULL
);

-- migrate: rollback
DROP TABLE usage.wal;
DROP TABLE usage.effort;
DROP TABLE usage.counter;
DROP TABLE usage.stored_by;
DROP TABLE usage.stored;
DROP TABLE usage.hourly;
DROP TABLE usage.metered;
DROP SCHEMA usage;
