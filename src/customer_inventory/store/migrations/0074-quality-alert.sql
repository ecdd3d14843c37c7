-- Alerts of audits: from when to when a declared threshold was not met; events about no record
-- depends: 0061-score

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- That fewer records pass a rule than are declared to: one row from when it was seen until it was
-- seen no more. `score`, `failed` and `population` are those of the last audit that saw it.
CREATE TABLE audit.alert (
    id text PRIMARY KEY,
    rule text NOT NULL,
    raised_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    cleared_at timestamptz,
    why_cleared text CONSTRAINT alert_why_cleared CHECK (why_cleared IN ('met', 'notAsked')),
    threshold double precision NOT NULL,
    score double precision NOT NULL,
    failed bigint NOT NULL,
    population bigint NOT NULL,
    CONSTRAINT alert_cleared CHECK ((cleared_at IS NULL) = (why_cleared IS NULL))
);
-- One at a time of a rule.
CREATE UNIQUE INDEX alert_raised ON audit.alert (rule) WHERE cleared_at IS NULL;
CREATE INDEX alert_latest ON audit.alert (raised_at, id);

-- What events tell that are about no record: as it was each time something happened to it.
CREATE TABLE record.bulletin (
    id text NOT NULL,
    bucket smallint NOT NULL,
    revision bigint NOT NULL,
    type text NOT NULL,
    body json NOT NULL,
    told_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id, bucket, revision)
);
CREATE INDEX bulletin_told ON record.bulletin (told_at);

-- migrate: rollback
DROP TABLE record.bulletin;
DROP TABLE audit.alert;
