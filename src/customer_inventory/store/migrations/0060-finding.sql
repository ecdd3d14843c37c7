-- Automated audits: their runs, what the rules said, and what became of each failure
-- depends: 0049-stream

-- migrate: apply
SET LOCAL lock_timeout = '3s';

CREATE SCHEMA IF NOT EXISTS audit;

-- What rules said when they were asked, by the hash of it; what they are called is no part of it.
CREATE TABLE audit.rule (
    rule text NOT NULL,
    sha256 bytea NOT NULL CONSTRAINT rule_sha256 CHECK (octet_length(sha256) = 32),
    name text NOT NULL,
    said jsonb NOT NULL,
    first_asked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (rule, sha256)
);

-- An audit of some record types, or of all (none named). One whose state says running and that
-- nobody holds was broken off: it is gone on with.
CREATE TABLE audit.run (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    record_types text[] NOT NULL,
    is_full boolean NOT NULL,
    state text NOT NULL DEFAULT 'running'
    CONSTRAINT run_state CHECK (state IN ('running', 'done', 'brokenOff')),
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    began_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
);

-- A scan of a run: some rules over all records of a type, or over what changed. It is as far as
-- `after_id`; `floor` and `snapshot` say what it had before it: what changes later is not in them.
CREATE TABLE audit.scan (
    run_id bigint NOT NULL REFERENCES audit.run (id) ON DELETE CASCADE,
    number smallint NOT NULL,
    record_type text NOT NULL,
    rules text[] NOT NULL,
    sha256 bytea NOT NULL,
    is_full boolean NOT NULL,
    floor bigint NOT NULL,
    snapshot text NOT NULL,
    after_id text NOT NULL DEFAULT '',
    looked_at bigint NOT NULL DEFAULT 0,
    opened bigint NOT NULL DEFAULT 0,
    reopened bigint NOT NULL DEFAULT 0,
    passed bigint NOT NULL DEFAULT 0,
    taken_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    PRIMARY KEY (run_id, number)
);

-- What was asked of all records of a type, and since when what changed was not looked at.
CREATE TABLE audit.coverage (
    rule text PRIMARY KEY,
    sha256 bytea NOT NULL,
    record_type text NOT NULL,
    floor bigint NOT NULL,
    snapshot text NOT NULL,
    population bigint NOT NULL,
    full_at timestamptz NOT NULL,
    run_id bigint NOT NULL
);

-- What came of a rule in a run. `error` says why it could not be asked.
CREATE TABLE audit.result (
    run_id bigint NOT NULL REFERENCES audit.run (id) ON DELETE CASCADE,
    rule text NOT NULL,
    sha256 bytea NOT NULL,
    record_type text NOT NULL,
    requirement text,
    dimension text NOT NULL,
    aspect text NOT NULL,
    threshold double precision,
    looked_at bigint NOT NULL,
    population bigint NOT NULL,
    failed bigint NOT NULL,
    accepted bigint NOT NULL,
    error text,
    PRIMARY KEY (run_id, rule)
);

-- A record that fails a rule, or failed it. Nothing of what the record says is kept here.
CREATE TABLE audit.finding (
    record_type text NOT NULL,
    record_id text NOT NULL,
    bucket smallint NOT NULL,
    rule text NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    sha256 bytea NOT NULL,
    requirement text,
    path text NOT NULL,
    dimension text NOT NULL,
    severity text NOT NULL
    CONSTRAINT finding_severity CHECK (severity IN ('high', 'medium', 'low')),
    state text NOT NULL DEFAULT 'open' CONSTRAINT finding_state CHECK (
        state IN ('open', 'assigned', 'corrected', 'verified', 'accepted', 'falseAlarm')
    ),
    since timestamptz NOT NULL DEFAULT now(),
    process text NOT NULL,
    given_at timestamptz NOT NULL,
    source text,
    capture_process text,
    owner text,
    assignee text,
    due_on date,
    reason text,
    accepted_until date,
    run_id bigint NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (record_type, record_id, bucket, rule),
    CONSTRAINT finding_accepted CHECK ((state = 'accepted') = (accepted_until IS NOT NULL)),
    CONSTRAINT finding_assigned CHECK (state <> 'assigned' OR assignee IS NOT NULL),
    CONSTRAINT finding_explained CHECK (
        state NOT IN ('accepted', 'falseAlarm') OR reason IS NOT NULL
    )
);
CREATE UNIQUE INDEX finding_id ON audit.finding (id, bucket);
CREATE INDEX finding_rule ON audit.finding (rule, state);
CREATE INDEX finding_record ON audit.finding (record_id);

-- What became of a finding after it was opened, in order: by whom and why, or by which run.
CREATE TABLE audit.step (
    finding_id bigint NOT NULL,
    bucket smallint NOT NULL,
    number integer NOT NULL,
    state text NOT NULL,
    process text,
    person text,
    purpose text,
    reason text,
    run_id bigint,
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (finding_id, bucket, number)
);

-- migrate: rollback
DROP TABLE audit.step;
DROP TABLE audit.finding;
DROP TABLE audit.result;
DROP TABLE audit.coverage;
DROP TABLE audit.scan;
DROP TABLE audit.run;
DROP TABLE audit.rule;
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_class AS c WHERE c.relnamespace = 'audit'::regnamespace) THEN
        DROP SCHEMA audit;
    END IF;
END
$$;
