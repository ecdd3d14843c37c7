-- Retention: what was removed because its time was over, by rule
-- depends: 0010-subject

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- A run, judged by one instant, and how far it is: one that was broken off goes on from there.
-- `counts` are numbers by rule, type, part and state; no value of a record.
CREATE TABLE record.retention_run (
    id text NOT NULL,
    bucket smallint NOT NULL,
    policy text NOT NULL,
    judged_at timestamptz NOT NULL,
    begun_at timestamptz NOT NULL,
    ended_at timestamptz,
    at_type text NOT NULL DEFAULT '',
    at_id text NOT NULL DEFAULT '',
    counts json NOT NULL DEFAULT '{}',
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    PRIMARY KEY (id, bucket)
);
CREATE INDEX retention_run_begun_at ON record.retention_run (begun_at);

-- migrate: rollback
DROP TABLE record.retention_run;
