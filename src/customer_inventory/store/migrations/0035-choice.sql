-- What subjects chose about the use of their data, by purpose and time; purposes that ask for it
-- depends: 0027-restriction

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- What holds of the choices of a subject from one instant to another: words of purposes that it
-- agreed to or refused. Kept under the party's id and under each role that it plays, for by these
-- ids records name whom they belong to. Whoever reads for a purpose that asks looks here.
CREATE TABLE record.choice (
    id text NOT NULL,
    bucket smallint NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz NOT NULL,
    agreed text[] NOT NULL,
    refused text[] NOT NULL,
    PRIMARY KEY (id, bucket, valid_from)
);

-- Which words of TMF644 (privacyUsagePurpose) speak of a purpose; none: its own code does. Where
-- the basis is legitimate interests or a public task, objections count but for those purposes that
-- have compelling grounds (GDPR art. 21(1)).
ALTER TABLE access.purpose ADD COLUMN privacy_purposes text[] NOT NULL DEFAULT '{}';
ALTER TABLE access.purpose ADD COLUMN despite_objection boolean NOT NULL DEFAULT FALSE;

-- migrate: rollback
ALTER TABLE access.purpose DROP COLUMN despite_objection;
ALTER TABLE access.purpose DROP COLUMN privacy_purposes;
DROP TABLE record.choice;
