-- The month report: who is to get it, what was delivered to whom, and pages as they were made
-- depends: 0070-latency

-- migrate: apply
SET LOCAL lock_timeout = '3s';

CREATE SCHEMA monthly;

-- Who gets which reports, as a file declares it; the latest is in force.
CREATE TABLE monthly.declaration (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    said text NOT NULL,
    sha256 bytea NOT NULL CONSTRAINT declaration_sha256 CHECK (octet_length(sha256) = 32),
    process text NOT NULL,
    person text,
    reason text NOT NULL,
    declared_at timestamptz NOT NULL DEFAULT now()
);

-- What was delivered of a month, and to whom: once each. `files` are their paths below the folder.
CREATE TABLE monthly.delivery (
    id text PRIMARY KEY,
    month date NOT NULL CONSTRAINT delivery_month CHECK (extract(DAY FROM month) = 1),
    owner text NOT NULL,
    report text NOT NULL,
    contact text,
    files text[] NOT NULL,
    sha256 bytea[] NOT NULL,
    process text NOT NULL,
    person text,
    delivered_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (month, owner, report)
);

-- Reports as they were made, until what they are made of is another (`basis`).
CREATE TABLE monthly.page (
    report text NOT NULL,
    month date NOT NULL,
    form text NOT NULL,
    basis bytea NOT NULL,
    page bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (report, month, form)
);

-- migrate: rollback
DROP TABLE monthly.page;
DROP TABLE monthly.delivery;
DROP TABLE monthly.declaration;
DROP SCHEMA monthly;
