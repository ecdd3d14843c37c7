-- The catalogue of repositories that hold customer facts: as declared, with what was before
-- depends: 0077-shortcoming

-- migrate: apply
SET LOCAL lock_timeout = '1s';

CREATE SCHEMA facilities;

-- A repository of the enterprise as it is declared now. One that was withdrawn stays, so that its
-- name tells of the same thing for ever.
CREATE TABLE facilities.repository (
    name text PRIMARY KEY,
    version integer NOT NULL,
    is_withdrawn boolean NOT NULL DEFAULT FALSE,
    content json NOT NULL,
    declared_at timestamptz NOT NULL DEFAULT now()
);

-- What was declared of it, version by version; the latest is in force.
CREATE TABLE facilities.repository_version (
    name text NOT NULL REFERENCES facilities.repository (name),
    version integer NOT NULL,
    action text NOT NULL
    CONSTRAINT repository_version_action CHECK (action IN ('declared', 'withdrawn')),
    content json NOT NULL,
    process text NOT NULL,
    person text,
    reason text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, version)
);

-- migrate: rollback
DROP TABLE facilities.repository_version;
DROP TABLE facilities.repository;
DROP SCHEMA facilities;
