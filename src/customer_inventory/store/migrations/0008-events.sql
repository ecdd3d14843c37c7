-- Events: who listens, how far each has been told, and what is held back or given up
-- depends: 0004-capture

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- Who is told of what happens to records: a listener registered at a hub, or the broker. `seq` is
-- the cursor: all of the outbox up to it is told, held back in record.delivery, or not for this
-- listener. `since` leaves out what was committed before the registration. `fence` grows whenever
-- somebody else takes over, so that who was replaced can move nothing any more.
CREATE TABLE record.subscription (
    id text PRIMARY KEY,
    number integer GENERATED ALWAYS AS IDENTITY UNIQUE,
    kind text NOT NULL CONSTRAINT subscription_kind CHECK (kind IN ('hub', 'broker')),
    api text NOT NULL,
    version smallint NOT NULL,
    location text NOT NULL,
    record_types text[] NOT NULL,
    callback text NOT NULL,
    query text,
    terms json NOT NULL DEFAULT '[]',
    secret text,
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    registered_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'active'
    CONSTRAINT subscription_state CHECK (state IN ('active', 'suspended')),
    reason text,
    seq bigint NOT NULL,
    since pg_snapshot,
    fence bigint NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    next_attempt_at timestamptz,
    last_delivered_at timestamptz,
    delivered bigint NOT NULL DEFAULT 0
);

-- What one listener has not taken: `waiting` is tried again, in order per record, `dead` waits for
-- somebody to replay it. Ids alone: what the event tells is read when it is told.
CREATE TABLE record.delivery (
    subscription text NOT NULL REFERENCES record.subscription (id) ON DELETE CASCADE,
    seq bigint NOT NULL,
    bucket smallint NOT NULL,
    id text NOT NULL,
    type text NOT NULL,
    revision bigint NOT NULL,
    event text NOT NULL,
    recorded_at timestamptz NOT NULL,
    state text NOT NULL CONSTRAINT delivery_state CHECK (state IN ('waiting', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    next_attempt_at timestamptz,
    reason text,
    PRIMARY KEY (subscription, seq, bucket)
);
CREATE INDEX delivery_record ON record.delivery (subscription, id, seq) WHERE state = 'waiting';
CREATE INDEX delivery_due ON record.delivery (subscription, next_attempt_at)
WHERE state = 'waiting';
CREATE INDEX delivery_dead ON record.delivery (subscription, seq) WHERE state = 'dead';

-- migrate: rollback
DROP TABLE record.delivery;
DROP TABLE record.subscription;
