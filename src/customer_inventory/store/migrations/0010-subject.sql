-- The subject's rights: what was erased and why, and what must not be
-- depends: 0006-time

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- Every erasure, so that a restore can do it again: ids alone, no value of the subject.
CREATE TABLE record.erasure (
    id text NOT NULL,
    bucket smallint NOT NULL,
    subject_id text NOT NULL,
    state text NOT NULL CONSTRAINT erasure_state CHECK (state IN ('begun', 'done')),
    reason text NOT NULL,
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    begun_at timestamptz NOT NULL,
    ended_at timestamptz,
    removed json NOT NULL,
    anonymised json NOT NULL,
    certificate json,
    PRIMARY KEY (id, bucket)
);
CREATE INDEX erasure_begun_at ON record.erasure (begun_at);

-- While one is in force, nothing of its subject may be erased or deleted.
CREATE TABLE record.legal_hold (
    id text NOT NULL,
    bucket smallint NOT NULL,
    subject_id text NOT NULL,
    reason text NOT NULL,
    until timestamptz,
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    placed_at timestamptz NOT NULL,
    lifted_at timestamptz,
    lifted_process text,
    lifted_person text,
    lifted_reason text,
    PRIMARY KEY (id, bucket)
);
CREATE INDEX legal_hold_subject ON record.legal_hold (subject_id, bucket) WHERE lifted_at IS NULL;

-- A request of a data subject (GDPR articles 15 to 21) as a case.
CREATE TABLE record.subject_request (
    id text NOT NULL,
    bucket smallint NOT NULL,
    subject_id text NOT NULL,
    kind text NOT NULL CONSTRAINT subject_request_kind CHECK (
        kind IN ('access', 'rectification', 'restriction', 'objection', 'erasure', 'portability')
    ),
    state text NOT NULL CONSTRAINT subject_request_state CHECK (
        state IN ('received', 'verified', 'completed', 'refused')
    ),
    received_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    is_extended boolean NOT NULL DEFAULT FALSE,
    ended_at timestamptz,
    steps json NOT NULL,
    revision integer NOT NULL DEFAULT 1,
    PRIMARY KEY (id, bucket)
);
CREATE INDEX subject_request_due ON record.subject_request (due_at) WHERE ended_at IS NULL;

-- migrate: rollback
DROP TABLE record.subject_request;
DROP TABLE record.legal_hold;
DROP TABLE record.erasure;
