-- Streams: events of brokers that were taken, when sources spoke last, how streams are
-- depends: 0045-quarantine

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- Events that had their effect, by a hash of source and id, in a ring of eight weeks: the week that
-- comes next is emptied, so that an event is known for six weeks at least.
CREATE TABLE capture.seen (
    key bytea NOT NULL CONSTRAINT seen_key CHECK (octet_length(key) = 16),
    slot smallint NOT NULL,
    PRIMARY KEY (key, slot)
) PARTITION BY LIST (slot);
CREATE TABLE capture.seen_0 PARTITION OF capture.seen FOR VALUES IN (0);
CREATE TABLE capture.seen_1 PARTITION OF capture.seen FOR VALUES IN (1);
CREATE TABLE capture.seen_2 PARTITION OF capture.seen FOR VALUES IN (2);
CREATE TABLE capture.seen_3 PARTITION OF capture.seen FOR VALUES IN (3);
CREATE TABLE capture.seen_4 PARTITION OF capture.seen FOR VALUES IN (4);
CREATE TABLE capture.seen_5 PARTITION OF capture.seen FOR VALUES IN (5);
CREATE TABLE capture.seen_6 PARTITION OF capture.seen FOR VALUES IN (6);
CREATE TABLE capture.seen_7 PARTITION OF capture.seen FOR VALUES IN (7);

-- Empty a week of the ring.
CREATE FUNCTION capture.forget_seen(slot integer) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('TRUNCATE capture.seen_%s', slot);
END
$$;

-- The order in which a source said what it said last of a record, by events: microseconds since
-- 1970, or a number of its own.
CREATE TABLE capture.stream_order (
    id text NOT NULL,
    source text NOT NULL,
    said numeric NOT NULL,
    PRIMARY KEY (id, source)
);

-- How a stream is, told by the service that listens: one row a start of it. What it read and
-- refused is told by its import.
CREATE TABLE capture.stream (
    import uuid PRIMARY KEY REFERENCES capture.import (id) ON DELETE CASCADE,
    name text NOT NULL,
    broker text NOT NULL,
    topic text NOT NULL,
    state text NOT NULL CONSTRAINT stream_state CHECK (state IN ('running', 'waiting', 'stopped')),
    reason text,
    duplicates bigint NOT NULL DEFAULT 0,
    late bigint NOT NULL DEFAULT 0,
    skipped bigint NOT NULL DEFAULT 0,
    event_at timestamptz,
    told_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX stream_told_at ON capture.stream (told_at);

-- Where a refused event stands in its topic.
ALTER TABLE capture.refusal ADD COLUMN place text;

-- migrate: rollback
ALTER TABLE capture.refusal DROP COLUMN place;
DROP TABLE capture.stream;
DROP TABLE capture.stream_order;
DROP FUNCTION capture.forget_seen(integer);
DROP TABLE capture.seen;
