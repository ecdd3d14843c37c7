-- References that are no more, periods that must not overlap, and the edges of trees
-- depends: 0004-capture

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- Operator classes by which a period is excluded together with plain columns.
CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

-- When a reference was there: rows from before this column was are as old as can be. What was
-- referred to at an instant is then looked up in the documents of that instant.
ALTER TABLE record.link ADD COLUMN linked_at timestamptz NOT NULL DEFAULT '-infinity';
ALTER TABLE record.link ALTER COLUMN linked_at SET DEFAULT now();

-- Who referred to a record once and does so no more, written by the statement that drops the link.
CREATE TABLE record.past_link (
    bucket smallint NOT NULL,
    id text NOT NULL,
    path text NOT NULL,
    role text NOT NULL,
    other_id text NOT NULL,
    other_bucket smallint NOT NULL,
    other_type text,
    linked_at timestamptz NOT NULL,
    dropped_at timestamptz NOT NULL,
    PRIMARY KEY (id, bucket, path, role, other_id, dropped_at)
);
CREATE INDEX past_link_other ON record.past_link (other_id, other_bucket);

-- Periods of which no two with one key may overlap: those that a type declares exclusive. The key
-- is a digest; the bucket is that of the record that the key names first.
CREATE TABLE record.period (
    bucket smallint NOT NULL,
    id text NOT NULL,
    key uuid NOT NULL,
    path text NOT NULL,
    during tstzrange NOT NULL,
    CONSTRAINT period_does_not_overlap EXCLUDE USING gist (
        key WITH =, bucket WITH =, during WITH &&
    )
);
CREATE INDEX period_id ON record.period (id, bucket);

-- Edges between parents and children, dated, one row in the bucket of each end: in an `upward` row
-- the other is the parent. `said_by` is the record whose document says so, at `path`.
CREATE TABLE record.edge (
    bucket smallint NOT NULL,
    id text NOT NULL,
    upward boolean NOT NULL,
    kind text NOT NULL,
    other_id text NOT NULL,
    other_bucket smallint NOT NULL,
    other_type text NOT NULL,
    said_by text NOT NULL,
    path text NOT NULL,
    role text NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz NOT NULL,
    PRIMARY KEY (id, bucket, upward, kind, other_id, said_by, path, role, valid_from)
);

-- migrate: rollback
DROP TABLE record.edge;
DROP TABLE record.period;
DROP TABLE record.past_link;
ALTER TABLE record.link DROP COLUMN linked_at;
DROP EXTENSION IF EXISTS btree_gist;
