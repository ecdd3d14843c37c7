-- Restriction of processing (GDPR art. 18): what may be processed for some purposes only
-- depends: 0015-grant

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- A restriction: of whom, for which case, for which purposes its data may be processed all the
-- same, placed and lifted by whom. `informed` says how the subject was told before it was lifted.
CREATE TABLE record.restriction (
    id text NOT NULL,
    bucket smallint NOT NULL,
    subject_id text NOT NULL,
    reason text NOT NULL,
    request_id text,
    purposes text[] NOT NULL,
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    placed_at timestamptz NOT NULL,
    lifted_at timestamptz,
    lifted_process text,
    lifted_person text,
    lifted_reason text,
    informed text,
    CONSTRAINT restriction_informed CHECK ((lifted_at IS NULL) = (informed IS NULL)),
    PRIMARY KEY (id, bucket)
);
CREATE INDEX restriction_subject ON record.restriction (subject_id, bucket);

-- The records that a restriction in force keeps back. Whoever reads a record looks here by its id;
-- what left the subject (`left_at`) is kept back no more, what it was until then still is. `xid`:
-- who looks what belongs to the subject leaves alone what was put here since it began.
CREATE TABLE record.restricted (
    id text NOT NULL,
    bucket smallint NOT NULL,
    restriction text NOT NULL,
    type text NOT NULL,
    purposes text[] NOT NULL,
    since timestamptz NOT NULL,
    left_at timestamptz,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (id, bucket, restriction)
);
CREATE INDEX restricted_restriction ON record.restricted (restriction);
CREATE INDEX restricted_type ON record.restricted (type) WHERE left_at IS NULL;

-- For some purposes restricted data may always be processed (art. 18(2): legal claims).
ALTER TABLE access.purpose ADD COLUMN despite_restriction boolean NOT NULL DEFAULT FALSE;
CREATE TRIGGER purpose_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON access.purpose
FOR EACH STATEMENT EXECUTE FUNCTION access.tell_change();

-- migrate: rollback
DROP TRIGGER purpose_changed ON access.purpose;
ALTER TABLE access.purpose DROP COLUMN despite_restriction;
DROP TABLE record.restricted;
DROP TABLE record.restriction;
