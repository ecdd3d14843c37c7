-- Anomalies of use: how far they were looked for, what is known of processes, findings, decisions
-- depends: 0070-latency

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- How far the ledger was looked at for anomalies: the place of the first entry that was not.
CREATE TABLE usage.watched (
    is_only boolean PRIMARY KEY DEFAULT TRUE CONSTRAINT watched_is_only CHECK (is_only),
    place bigint NOT NULL DEFAULT 0,
    looked_at timestamptz
);
INSERT INTO usage.watched DEFAULT VALUES;

-- What the ledger tells of a process in an hour or a day besides the sums of usage.hourly: numbers
-- of records, ids that are not there, segments and addresses; no id of anybody.
CREATE TABLE usage.habit (
    process text NOT NULL,
    starts_at timestamptz NOT NULL,
    measure text NOT NULL,
    about text NOT NULL DEFAULT '',
    number bigint NOT NULL,
    PRIMARY KEY (process, starts_at, measure, about)
);

-- Thresholds as files declared them, as they were given; the latest are in force.
CREATE TABLE usage.threshold (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    said text NOT NULL,
    sha256 bytea NOT NULL CONSTRAINT threshold_sha256 CHECK (octet_length(sha256) = 32),
    process text NOT NULL,
    person text,
    reason text NOT NULL,
    declared_at timestamptz NOT NULL DEFAULT now()
);

-- What was found out of habit, from the first window to the last; `observed` and the evidence are
-- those of the window that had most. What was decided says why.
CREATE TABLE usage.anomaly (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    process text NOT NULL,
    about text NOT NULL DEFAULT '',
    severity text NOT NULL
    CONSTRAINT anomaly_severity CHECK (severity IN ('low', 'medium', 'high')),
    state text NOT NULL DEFAULT 'open' CONSTRAINT anomaly_state CHECK (
        state IN ('open', 'lookedInto', 'confirmed', 'explained', 'falseAlarm')
    ),
    began_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    observed bigint NOT NULL,
    evidence jsonb NOT NULL,
    reason text,
    found_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT anomaly_span CHECK (began_at < ended_at),
    CONSTRAINT anomaly_explained CHECK (state IN ('open', 'lookedInto') OR reason IS NOT NULL)
);
CREATE INDEX anomaly_of ON usage.anomaly (process, kind, about, began_at);
CREATE INDEX anomaly_undecided ON usage.anomaly (found_at) WHERE state IN ('open', 'lookedInto');

-- What became of an anomaly after it was found, in order: by whom and why.
CREATE TABLE usage.anomaly_step (
    anomaly_id bigint NOT NULL REFERENCES usage.anomaly (id) ON DELETE CASCADE,
    number integer NOT NULL,
    state text NOT NULL,
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    reason text,
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (anomaly_id, number)
);

-- migrate: rollback
DROP TABLE usage.anomaly_step;
DROP TABLE usage.anomaly;
DROP TABLE usage.threshold;
DROP TABLE usage.habit;
DROP TABLE usage.watched;
