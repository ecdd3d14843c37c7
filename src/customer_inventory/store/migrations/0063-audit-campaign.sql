-- Audit campaigns: samples of records that people compare with the world
-- depends: 0049-stream

-- migrate: apply
SET LOCAL lock_timeout = '3s';

CREATE SCHEMA IF NOT EXISTS audit;

-- A campaign: what is declared of it, how far it is, what came of it. Shares are from 0 to 1.
-- `population`, `size` and `limit_number` are those of its plan, `strata` how many records each
-- stratum has, from when it was sampled; `statement` is what it found, from when it was closed.
CREATE TABLE audit.campaign (
    id text PRIMARY KEY,
    name text NOT NULL,
    owner text NOT NULL,
    record_type text NOT NULL,
    filter text NOT NULL,
    elements text[] NOT NULL,
    compared_with text NOT NULL,
    level numeric NOT NULL,
    risk numeric NOT NULL,
    ratio numeric NOT NULL,
    miss numeric NOT NULL,
    stratum text,
    seed text NOT NULL,
    second_share numeric NOT NULL
    CONSTRAINT campaign_second_share CHECK (second_share BETWEEN 0 AND 1),
    auditors text[] NOT NULL,
    due_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'planned' CONSTRAINT campaign_state CHECK (
        state IN ('planned', 'sampled', 'underWay', 'paused', 'closed', 'abandoned')
    ),
    opened_at timestamptz NOT NULL DEFAULT now(),
    population bigint,
    size integer,
    limit_number integer,
    strata json,
    sampled_at timestamptz,
    closed_at timestamptz,
    statement json,
    CONSTRAINT campaign_sampled CHECK (
        state IN ('planned', 'abandoned')
        OR (population > 0 AND size > 0 AND limit_number >= 0 AND sampled_at IS NOT NULL)
    ),
    CONSTRAINT campaign_closed CHECK (
        (state = 'closed') = (closed_at IS NOT NULL AND statement IS NOT NULL)
    )
);
CREATE INDEX campaign_opened ON audit.campaign (opened_at, id);

-- What was done in a campaign, in order; `reason` is why, or about what.
CREATE TABLE audit.campaign_step (
    campaign text NOT NULL REFERENCES audit.campaign (id),
    number integer NOT NULL,
    step text NOT NULL,
    item integer,
    reason text NOT NULL,
    person text NOT NULL,
    entered_by text NOT NULL,
    process text NOT NULL,
    purpose text NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (campaign, number)
);

-- A record of a sample as it was drawn, at a revision; numbered across strata, in order of drawing.
-- A reserve waits until one of its stratum is void, and takes its place. `record_id` is gone when
-- the record was erased; what came of it is counted still.
CREATE TABLE audit.campaign_item (
    campaign text NOT NULL REFERENCES audit.campaign (id),
    number integer NOT NULL,
    record_id text,
    revision bigint NOT NULL,
    stratum text NOT NULL,
    state text NOT NULL CONSTRAINT campaign_item_state CHECK (
        state IN ('reserve', 'open', 'disputed', 'decided', 'void')
    ),
    is_read_twice boolean NOT NULL DEFAULT FALSE,
    outcome text
    CONSTRAINT campaign_item_outcome CHECK (outcome IN ('conforming', 'nonconforming', 'untold')),
    replaces integer,
    reason text,
    corrected_by text,
    corrected_revision bigint,
    PRIMARY KEY (campaign, number),
    CONSTRAINT campaign_item_decided CHECK ((state = 'decided') = (outcome IS NOT NULL)),
    CONSTRAINT campaign_item_void CHECK ((state = 'void') = (reason IS NOT NULL))
);
CREATE UNIQUE INDEX campaign_item_replaces
ON audit.campaign_item (campaign, replaces) WHERE replaces IS NOT NULL;
CREATE INDEX campaign_item_record ON audit.campaign_item (record_id);

-- Who compares a record: the first (1) and the blind second reader (2), and who decides between
-- them (3). `verdicts` by element, the right values where one differs, and what they are based on.
CREATE TABLE audit.campaign_reading (
    campaign text NOT NULL,
    item integer NOT NULL,
    reader smallint NOT NULL CONSTRAINT campaign_reading_reader CHECK (reader IN (1, 2, 3)),
    auditor text NOT NULL,
    verdicts json,
    right_values json,
    evidence json,
    given_at timestamptz,
    PRIMARY KEY (campaign, item, reader),
    FOREIGN KEY (campaign, item) REFERENCES audit.campaign_item (campaign, number),
    -- Nobody reads the same record twice, nor decides between readings of their own.
    CONSTRAINT campaign_reading_once UNIQUE (campaign, item, auditor),
    CONSTRAINT campaign_reading_given CHECK ((given_at IS NULL) = (verdicts IS NULL))
);
CREATE INDEX campaign_reading_open
ON audit.campaign_reading (campaign, auditor, item) WHERE given_at IS NULL;

-- migrate: rollback
DROP TABLE audit.campaign_reading;
DROP TABLE audit.campaign_item;
DROP TABLE audit.campaign_step;
DROP TABLE audit.campaign;
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_class AS c WHERE c.relnamespace = 'audit'::regnamespace) THEN
        DROP SCHEMA audit;
    END IF;
END
$$;
