-- Trust: who changed how far a source is trusted, and how far what is shown has followed
-- depends: 0019-merge-events

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- Each change of a rank, who made it and why, and the progress of what follows: every group is
-- shown anew, in the order of its root, up to `root`; `done` of them were looked at, `changed`
-- differ now.
CREATE TABLE record.trust_change (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    source text NOT NULL,
    rank integer NOT NULL,
    set_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    root text NOT NULL DEFAULT '',
    done bigint NOT NULL DEFAULT 0,
    changed bigint NOT NULL DEFAULT 0,
    ended_at timestamptz
);
CREATE INDEX trust_change_source ON record.trust_change (source, set_at);

-- migrate: rollback
DROP TABLE record.trust_change;
