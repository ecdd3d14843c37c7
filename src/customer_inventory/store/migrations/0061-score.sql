-- Scores of audits: how many records of a segment, process or source fail, and shares of values
-- depends: 0060-finding

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- How many records fail a rule, apart by segment of the customer, by the process that wrote the
-- record, by the source and the capture process of the value. Of the last two it is not known of
-- how many.
CREATE TABLE audit.tally (
    run_id bigint NOT NULL REFERENCES audit.run (id) ON DELETE CASCADE,
    rule text NOT NULL,
    stratum text NOT NULL
    CONSTRAINT tally_stratum CHECK (
        stratum IN ('segment', 'process', 'source', 'captureProcess')
    ),
    name text NOT NULL,
    population bigint,
    failed bigint NOT NULL,
    PRIMARY KEY (run_id, rule, stratum, name)
);

-- Which share of the records of a type has which of the values of an attribute.
CREATE TABLE audit.share (
    run_id bigint NOT NULL REFERENCES audit.run (id) ON DELETE CASCADE,
    rule text NOT NULL,
    name text NOT NULL,
    share double precision NOT NULL,
    PRIMARY KEY (run_id, rule, name)
);
CREATE INDEX share_rule ON audit.share (rule, run_id);
CREATE INDEX result_rule ON audit.result (rule, run_id);

-- migrate: rollback
DROP INDEX audit.result_rule;
DROP TABLE audit.share;
DROP TABLE audit.tally;
