-- The ledger sealed: entries as leaves of a Merkle log, and its signed checkpoints
-- depends: 0003-access

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- The order in which segments are sealed.
CREATE INDEX segment_xid ON access.segment (xid, seq);

-- Entries that are sealed. `number` is the place in the log. A leaf holds salted commitments to the
-- ids; `opened` holds, once an id was struck out, the salts of those left and the commitments to
-- those gone. Nothing else of a row ever changes.
CREATE TABLE access.sealed (
    number bigint NOT NULL,
    at timestamptz NOT NULL,
    written_at text NOT NULL,
    seq bigint NOT NULL,
    writer uuid NOT NULL,
    writer_entry bigint NOT NULL,
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    operation text NOT NULL,
    record_type text NOT NULL,
    record_ids text[] NOT NULL,
    record_count integer NOT NULL,
    status smallint NOT NULL,
    decision text NOT NULL,
    bytes bigint NOT NULL,
    source text,
    rule text,
    groups text[] NOT NULL,
    reason text,
    salt bytea,
    opened bytea[],
    leaf bytea NOT NULL CONSTRAINT sealed_leaf CHECK (octet_length(leaf) = 32),
    CONSTRAINT sealed_salted CHECK ((salt IS NULL) <> (opened IS NULL)),
    PRIMARY KEY (number, at)
) PARTITION BY RANGE (at);
CREATE INDEX sealed_record_ids ON access.sealed USING gin (record_ids);
CREATE INDEX sealed_at ON access.sealed USING brin (at);
CREATE INDEX sealed_process ON access.sealed (process, at);

-- What the log was, as it was signed: size, the edge of the tree, and the note. `edge` lets the
-- next entry be added without reading the others.
CREATE TABLE access.checkpoint (
    size bigint PRIMARY KEY,
    edge bytea NOT NULL,
    note text NOT NULL,
    signed_at timestamptz NOT NULL DEFAULT now(),
    anchored_at timestamptz
);

-- The ledger as it is read: an entry a row, sealed or not yet.
DROP VIEW access.entry;
CREATE VIEW access.entry AS
SELECT
    l.number AS place,
    l.seq,
    l.writer,
    l.writer_entry AS number,
    l.at,
    l.process,
    l.person,
    l.purpose,
    l.operation,
    l.record_type,
    to_json(l.record_ids) AS record_ids,
    l.record_count,
    l.status::integer AS status,
    l.decision,
    l.bytes,
    l.source,
    l.rule,
    to_json(l.groups) AS groups,
    l.reason
FROM access.sealed AS l
UNION ALL
SELECT
    NULL::bigint,
    s.seq,
    s.writer,
    s.first_entry + e.ordinality - 1,
    (e.value ->> 'at')::timestamptz,
    e.value ->> 'process',
    e.value ->> 'person',
    e.value ->> 'purpose',
    e.value ->> 'operation',
    e.value ->> 'type',
    coalesce(e.value -> 'ids', '[]'::json),
    (e.value ->> 'count')::integer,
    (e.value ->> 'status')::integer,
    e.value ->> 'decision',
    (e.value ->> 'bytes')::bigint,
    e.value ->> 'source',
    e.value ->> 'rule',
    coalesce(e.value -> 'groups', '[]'::json),
    e.value ->> 'reason'
FROM access.segment AS s
CROSS JOIN LATERAL json_array_elements(s.body) WITH ORDINALITY AS e (value, ordinality);

-- migrate: rollback
DROP VIEW access.entry;
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
-- Nothing of the ledger is lost by going back: a sealed entry becomes a segment of its own again.
INSERT INTO access.segment (recorded_at, writer, first_entry, entries, body)
SELECT
    l.at,
    l.writer,
    l.writer_entry,
    1,
    json_build_array(json_build_object(
        'at', l.written_at, 'process', l.process, 'purpose', l.purpose, 'person', l.person,
        'operation', l.operation, 'type', l.record_type, 'status', l.status,
        'decision', l.decision, 'ids', array_remove(l.record_ids, NULL), 'count', l.record_count,
        'bytes', l.bytes, 'source', l.source, 'rule', l.rule, 'groups', l.groups,
        'reason', l.reason
    ))
FROM access.sealed AS l
ORDER BY l.number;
DROP TABLE access.checkpoint;
DROP TABLE access.sealed;
DROP INDEX access.segment_xid;
