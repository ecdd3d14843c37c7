-- Shortcomings of the repository: what assessments found, what became of it, figures over time
-- depends: 0001-rooms

-- migrate: apply
SET LOCAL lock_timeout = '3s';

CREATE SCHEMA shortcomings;

-- Assessments, each with what came of every check.
CREATE TABLE shortcomings.assessment (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    assessed_at timestamptz NOT NULL,
    seconds double precision NOT NULL,
    days double precision NOT NULL,
    process text NOT NULL,
    person text
);

CREATE TABLE shortcomings.outcome (
    assessment bigint NOT NULL REFERENCES shortcomings.assessment (number) ON DELETE CASCADE,
    "check" text NOT NULL,
    state text NOT NULL CONSTRAINT outcome_state CHECK (state IN ('ok', 'finding', 'skipped')),
    reason text,
    found integer NOT NULL,
    seconds double precision NOT NULL,
    PRIMARY KEY (assessment, "check")
);

-- One object that one check found wanting, whatever became of it. `fingerprint` is of both: what is
-- found again is the same.
CREATE TABLE shortcomings.shortcoming (
    fingerprint text PRIMARY KEY,
    "check" text NOT NULL,
    object text NOT NULL,
    state text NOT NULL
    CONSTRAINT shortcoming_state CHECK (
        state IN ('open', 'claimed', 'verified', 'reopened', 'snoozed', 'rejected', 'closed')
    ),
    severity text NOT NULL
    CONSTRAINT shortcoming_severity CHECK (severity IN ('warning', 'critical')),
    evidence text NOT NULL,
    value double precision NOT NULL,
    first_value double precision NOT NULL,
    last_value double precision,
    unit text NOT NULL,
    threshold double precision NOT NULL,
    figures json NOT NULL,
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL,
    clean smallint NOT NULL DEFAULT 0,
    times_reopened integer NOT NULL DEFAULT 0,
    snoozed_until date
);

CREATE INDEX shortcoming_state ON shortcomings.shortcoming (state, severity);

-- What became of a shortcoming, step by step.
CREATE TABLE shortcomings.step (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fingerprint text NOT NULL REFERENCES shortcomings.shortcoming (fingerprint) ON DELETE CASCADE,
    at timestamptz NOT NULL,
    state text NOT NULL,
    value double precision,
    reason text,
    process text NOT NULL,
    person text
);

CREATE INDEX step_fingerprint ON shortcomings.step (fingerprint, number);

-- Figures of the server that only it keeps, and only as they are now.
CREATE TABLE shortcomings.snapshot (
    taken_at timestamptz NOT NULL,
    kind text NOT NULL CONSTRAINT snapshot_kind CHECK (kind IN ('server', 'relation', 'statement')),
    object text NOT NULL,
    figures json NOT NULL,
    PRIMARY KEY (kind, object, taken_at)
);

CREATE INDEX snapshot_taken_at ON shortcomings.snapshot (taken_at);

-- migrate: rollback
DROP TABLE shortcomings.snapshot;
DROP TABLE shortcomings.step;
DROP TABLE shortcomings.shortcoming;
DROP TABLE shortcomings.outcome;
DROP TABLE shortcomings.assessment;
DROP SCHEMA shortcomings;
