-- Cost: what is declared of it, statements of closed months, and corrections of them
-- depends: 0065-usage

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- Pools, rates, cost centres and budgets as a file declares them; the latest is in force.
CREATE TABLE usage.declaration (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    said text NOT NULL,
    sha256 bytea NOT NULL CONSTRAINT declaration_sha256 CHECK (octet_length(sha256) = 32),
    process text NOT NULL,
    person text,
    reason text NOT NULL,
    declared_at timestamptz NOT NULL DEFAULT now()
);

-- What a month cost. Number 0 is the statement, others are corrections: what they hold is added.
-- `place`: up to where the ledger was metered.
CREATE TABLE usage.statement (
    month date NOT NULL CONSTRAINT statement_month CHECK (extract(DAY FROM month) = 1),
    number smallint NOT NULL,
    currency text NOT NULL,
    pools json NOT NULL,
    declaration bigint NOT NULL REFERENCES usage.declaration (number),
    place bigint NOT NULL,
    sha256 bytea NOT NULL CONSTRAINT statement_sha256 CHECK (octet_length(sha256) = 32),
    process text NOT NULL,
    person text,
    closed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (month, number)
);

-- Parts of pools, in minor units of the currency.
CREATE TABLE usage.allocation (
    month date NOT NULL,
    number smallint NOT NULL,
    line integer NOT NULL,
    pool text NOT NULL,
    share text NOT NULL
    CONSTRAINT allocation_share CHECK (share IN ('process', 'idle', 'unattributed')),
    process text NOT NULL,
    purpose text NOT NULL,
    cost_centre text NOT NULL,
    driver text NOT NULL,
    quantity numeric NOT NULL,
    amount bigint NOT NULL,
    PRIMARY KEY (month, number, line),
    FOREIGN KEY (month, number) REFERENCES usage.statement (month, number),
    CONSTRAINT allocation_process CHECK ((share = 'process') = (process <> ''))
);

-- What processes are charged by the rate card, exact, in whole units of the currency.
CREATE TABLE usage.charge (
    month date NOT NULL,
    number smallint NOT NULL,
    line integer NOT NULL,
    process text NOT NULL,
    purpose text NOT NULL,
    cost_centre text NOT NULL,
    meter text NOT NULL,
    quantity numeric NOT NULL,
    per bigint NOT NULL,
    price numeric NOT NULL,
    amount numeric NOT NULL,
    PRIMARY KEY (month, number, line),
    FOREIGN KEY (month, number) REFERENCES usage.statement (month, number)
);

-- What a month cost stays: rows come, and nothing changes or goes.
CREATE FUNCTION usage.refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What a closed month cost is corrected by rows of its own.'
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER statement_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON usage.statement
FOR EACH STATEMENT EXECUTE FUNCTION usage.refuse_change();
CREATE TRIGGER allocation_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON usage.allocation
FOR EACH STATEMENT EXECUTE FUNCTION usage.refuse_change();
CREATE TRIGGER charge_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON usage.charge
FOR EACH STATEMENT EXECUTE FUNCTION usage.refuse_change();

-- migrate: rollback
DROP TABLE usage.charge;
DROP TABLE usage.allocation;
DROP TABLE usage.statement;
DROP TABLE usage.declaration;
DROP FUNCTION usage.refuse_change;
