-- Accuracy: how many records a reconciliation compared, and what audits took from it
-- depends: 0053-rule-pack 0074-quality-alert

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- How many records of a namespace a reconciliation compared: those that both sides have.
CREATE TABLE capture.reconciliation_part (
    reconciliation bigint NOT NULL REFERENCES capture.reconciliation (id) ON DELETE CASCADE,
    namespace integer NOT NULL REFERENCES capture.namespace (number),
    records bigint NOT NULL,
    PRIMARY KEY (reconciliation, namespace)
);
CREATE INDEX reconciliation_part_namespace ON capture.reconciliation_part (namespace);

-- With which source a rule of accuracy was judged in a run, and when that had been compared.
CREATE TABLE audit.comparison (
    run_id bigint NOT NULL REFERENCES audit.run (id) ON DELETE CASCADE,
    rule text NOT NULL,
    source text NOT NULL,
    compared_at timestamptz NOT NULL,
    PRIMARY KEY (run_id, rule)
);

-- migrate: rollback
DROP TABLE audit.comparison;
DROP TABLE capture.reconciliation_part;
