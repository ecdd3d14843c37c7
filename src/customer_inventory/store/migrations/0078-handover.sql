-- Shortcomings handed over: tickets and what became of them, the gain promised and achieved, alerts
-- depends: 0077-shortcoming 0008-events

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- What was said to be gained by a fix, and what was: `before_value` when it was claimed,
-- `last_value` when it was measured again (none left: null); `promised_value` is what was expected.
ALTER TABLE shortcomings.shortcoming
ADD COLUMN before_value double precision,
ADD COLUMN promised_value double precision,
ADD COLUMN verified_at timestamptz,
ADD COLUMN false_fixes integer NOT NULL DEFAULT 0;

-- `raised`: handed over; `accepted`: somebody works on it. `verified` ends in `closed` at once.
ALTER TABLE shortcomings.shortcoming
DROP CONSTRAINT shortcoming_state,
ADD CONSTRAINT shortcoming_state CHECK (
    state IN (
        'open', 'raised', 'accepted', 'claimed', 'verified', 'reopened', 'snoozed', 'rejected',
        'closed'
    )
);

UPDATE shortcomings.shortcoming AS s
SET
    state = 'closed',
    before_value = s.value,
    verified_at = coalesce(
        (
            SELECT max(p.at) FROM shortcomings.step AS p
            WHERE p.fingerprint = s.fingerprint AND p.state = 'verified'
        ),
        s.last_seen
    )
WHERE s.state = 'verified';

-- A shortcoming handed over: to the desk of the house, or to the one that is configured (`remote`,
-- where it is called `remote_id`). `document` is what was said then; a later one about the same
-- `follows` it. A `problem` is what was said of it as a problem of a service.
CREATE TABLE shortcomings.ticket (
    id text PRIMARY KEY,
    fingerprint text NOT NULL REFERENCES shortcomings.shortcoming (fingerprint) ON DELETE CASCADE,
    kind text NOT NULL CONSTRAINT ticket_kind CHECK (kind IN ('ticket', 'problem')),
    place text NOT NULL CONSTRAINT ticket_place CHECK (place IN ('desk', 'remote')),
    status text NOT NULL CONSTRAINT ticket_status CHECK (
        status IN (
            'acknowledged', 'inProgress', 'pending', 'held', 'resolved', 'closed', 'rejected',
            'cancelled'
        )
    ),
    document json NOT NULL,
    dossier json NOT NULL,
    follows text REFERENCES shortcomings.ticket (id),
    remote_id text,
    remote_href text,
    process text NOT NULL,
    person text,
    raised_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL
);

-- Found again is the same ticket, as long as it is not over.
CREATE UNIQUE INDEX ticket_undone ON shortcomings.ticket (fingerprint, kind)
WHERE status NOT IN ('closed', 'rejected', 'cancelled');
CREATE INDEX ticket_fingerprint ON shortcomings.ticket (fingerprint, raised_at);
CREATE INDEX ticket_status ON shortcomings.ticket (status, raised_at);

-- What became of a ticket, in order: why, and who said so.
CREATE TABLE shortcomings.ticket_step (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket text NOT NULL REFERENCES shortcomings.ticket (id) ON DELETE CASCADE,
    at timestamptz NOT NULL,
    status text NOT NULL,
    reason text,
    process text NOT NULL,
    person text
);

CREATE INDEX ticket_step_ticket ON shortcomings.ticket_step (ticket, number);

-- Symptoms that hurt now, since when, and until when they did; `told_at` is when the end of one was
-- told to whoever is alerted.
CREATE TABLE shortcomings.symptom (
    fingerprint text PRIMARY KEY
    REFERENCES shortcomings.shortcoming (fingerprint) ON DELETE CASCADE,
    severity text NOT NULL CONSTRAINT symptom_severity CHECK (severity IN ('warning', 'critical')),
    value double precision NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    told_at timestamptz
);

-- A desk outside is told of tickets as listeners are of records.
ALTER TABLE record.subscription
DROP CONSTRAINT subscription_kind,
ADD CONSTRAINT subscription_kind CHECK (kind IN ('hub', 'broker', 'desk'));

-- migrate: rollback
DELETE FROM record.subscription
WHERE kind = 'desk';
ALTER TABLE record.subscription
DROP CONSTRAINT subscription_kind,
ADD CONSTRAINT subscription_kind CHECK (kind IN ('hub', 'broker'));
DROP TABLE shortcomings.symptom;
DROP TABLE shortcomings.ticket_step;
DROP TABLE shortcomings.ticket;
UPDATE shortcomings.shortcoming
SET state = 'open'
WHERE state IN ('raised', 'accepted');
ALTER TABLE shortcomings.shortcoming
DROP CONSTRAINT shortcoming_state,
ADD CONSTRAINT shortcoming_state CHECK (
    state IN ('open', 'claimed', 'verified', 'reopened', 'snoozed', 'rejected', 'closed')
);
ALTER TABLE shortcomings.shortcoming
DROP COLUMN before_value,
DROP COLUMN promised_value,
DROP COLUMN verified_at,
DROP COLUMN false_fixes;
