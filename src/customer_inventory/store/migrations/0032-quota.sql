-- Quotas: what of its budgets a process has taken in the present window
-- depends: 0003-access

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- One row a budget. Services take it in leases, so that a request costs no statement: `taken` is
-- what is leased of the window that began then, `leased` what the latest lease got.
CREATE TABLE access.quota (
    process text NOT NULL,
    purpose text NOT NULL,
    record_type text NOT NULL,
    budget text NOT NULL,
    began timestamptz NOT NULL,
    taken bigint NOT NULL,
    leased bigint NOT NULL,
    PRIMARY KEY (process, purpose, record_type, budget)
);

-- migrate: rollback
DROP TABLE access.quota;
