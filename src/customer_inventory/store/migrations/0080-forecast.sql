-- Forecasts of capacity: figures of sequences and of the house over time, known loads, the score
-- depends: 0077-shortcoming

-- migrate: apply
SET LOCAL lock_timeout = '3s';

ALTER TABLE shortcomings.snapshot
DROP CONSTRAINT snapshot_kind,
ADD CONSTRAINT snapshot_kind
CHECK (kind IN ('server', 'relation', 'statement', 'sequence', 'house')) NOT VALID;
ALTER TABLE shortcomings.snapshot VALIDATE CONSTRAINT snapshot_kind;

-- A load that planners know of: from that day on there is so much more of what is forecast.
CREATE TABLE shortcomings.known_load (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    due_on date NOT NULL,
    object text NOT NULL,
    amount double precision NOT NULL,
    said text NOT NULL,
    process text NOT NULL,
    person text,
    entered_at timestamptz NOT NULL DEFAULT now(),
    cancelled_at timestamptz,
    cancelled_by text,
    cancelled_why text
);

-- What was forecast, so that it can be compared with what came. Kept a day an object at most.
CREATE TABLE shortcomings.forecast (
    made_on date NOT NULL,
    object text NOT NULL,
    for_day date NOT NULL,
    made_from double precision NOT NULL,
    expected double precision NOT NULL,
    low double precision NOT NULL,
    high double precision NOT NULL,
    actual double precision,
    PRIMARY KEY (object, made_on, for_day)
);

CREATE INDEX forecast_due ON shortcomings.forecast (for_day) WHERE actual IS NULL;

-- What a shortcoming means for the business: processes, customers, cost.
ALTER TABLE shortcomings.shortcoming ADD COLUMN impact json;

-- migrate: rollback
ALTER TABLE shortcomings.shortcoming DROP COLUMN impact;
DROP TABLE shortcomings.forecast;
DROP TABLE shortcomings.known_load;
DELETE FROM shortcomings.snapshot
WHERE kind IN ('sequence', 'house');
ALTER TABLE shortcomings.snapshot
DROP CONSTRAINT snapshot_kind,
ADD CONSTRAINT snapshot_kind CHECK (kind IN ('server', 'relation', 'statement'));
