-- Named lists of subjects, to which grants can be bound
-- depends: 0002-record

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- A list, and who changed it last.
CREATE TABLE record.subject_list (
    name text PRIMARY KEY,
    title text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text NOT NULL,
    entered_by text NOT NULL,
    reason text NOT NULL
);

-- Who is on which list. Reads of a grant that is bound to a list look here by the record's id.
CREATE TABLE record.listed (
    id text NOT NULL,
    bucket smallint NOT NULL,
    list text NOT NULL,
    PRIMARY KEY (id, bucket, list)
);
CREATE INDEX listed_list ON record.listed (list, id);

-- What became of lists: never changed, never removed.
CREATE TABLE record.subject_list_change (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    list text NOT NULL,
    change text NOT NULL
    CONSTRAINT subject_list_change_kind
    CHECK (change IN ('make', 'add', 'remove', 'replace', 'drop')),
    added bigint NOT NULL,
    removed bigint NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text NOT NULL,
    entered_by text NOT NULL,
    reason text NOT NULL
);
CREATE INDEX subject_list_change_list ON record.subject_list_change (list, number);

-- migrate: rollback
DROP TABLE record.subject_list_change;
DROP TABLE record.listed;
DROP TABLE record.subject_list;
