-- Capture processes: how facts come in and are kept in order, declared, approved and measured
-- depends: 0045-quarantine

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- A process of capture, or of the management of the inventory. `active_version` is in force.
CREATE TABLE capture.process (
    id text PRIMARY KEY CONSTRAINT process_id CHECK (id ~ '^[a-z][a-z0-9-]{1,62}$'),
    kind text NOT NULL CONSTRAINT process_kind CHECK (kind IN ('capture', 'management')),
    latest_version integer NOT NULL,
    active_version integer,
    retired_at timestamptz
);

-- A version of one. What it says never changes; its state does.
CREATE TABLE capture.process_version (
    process_id text NOT NULL REFERENCES capture.process (id),
    version integer NOT NULL CONSTRAINT process_version_number CHECK (version > 0),
    declared jsonb NOT NULL,
    sha256 bytea NOT NULL CONSTRAINT process_version_sha256 CHECK (octet_length(sha256) = 32),
    state text NOT NULL DEFAULT 'proposed' CONSTRAINT process_version_state CHECK (
        state IN ('proposed', 'approved', 'active', 'rejected', 'superseded', 'retired')
    ),
    proposed_by text NOT NULL,
    PRIMARY KEY (process_id, version),
    CONSTRAINT process_version_seen UNIQUE (process_id, version, sha256)
);
CREATE UNIQUE INDEX process_version_under_way ON capture.process_version (process_id)
WHERE state = 'proposed';
CREATE UNIQUE INDEX process_version_in_force ON capture.process_version (process_id)
WHERE state = 'active';

-- The steps of a version's life; there are no others.
CREATE TABLE capture.process_step (
    from_state text NOT NULL,
    to_state text NOT NULL,
    PRIMARY KEY (from_state, to_state)
);
INSERT INTO capture.process_step (from_state, to_state)
VALUES
('proposed', 'approved'),
('proposed', 'rejected'),
('approved', 'active'),
('approved', 'superseded'),
('approved', 'retired'),
('active', 'superseded'),
('active', 'retired');

-- Who took which step, and why; bound to what was seen.
CREATE TABLE capture.process_decision (
    process_id text NOT NULL,
    version integer NOT NULL,
    number integer NOT NULL,
    state text NOT NULL,
    person text NOT NULL,
    entered_by text NOT NULL,
    reason text NOT NULL,
    sha256 bytea NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (process_id, version, number),
    CONSTRAINT process_decision_seen FOREIGN KEY (process_id, version, sha256)
    REFERENCES capture.process_version (process_id, version, sha256)
);

-- The law of the life cycle, however a row is changed.
CREATE FUNCTION capture.keep_lawful() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (new.process_id, new.version, new.declared, new.sha256, new.proposed_by)
        IS DISTINCT FROM
        (old.process_id, old.version, old.declared, old.sha256, old.proposed_by)
    THEN
        RAISE check_violation USING MESSAGE = 'what a version says never changes';
    END IF;
    IF new.state <> old.state AND NOT EXISTS (
        SELECT FROM capture.process_step AS s
        WHERE s.from_state = old.state AND s.to_state = new.state
    ) THEN
        RAISE check_violation USING MESSAGE = 'a capture process takes no such step';
    END IF;
    IF new.state <> old.state AND NOT EXISTS (
        SELECT FROM capture.process_decision AS d
        WHERE d.process_id = new.process_id AND d.version = new.version AND d.state = new.state
    ) THEN
        RAISE check_violation USING MESSAGE = 'nobody decided on that step';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER process_version_lawful BEFORE UPDATE ON capture.process_version
FOR EACH ROW EXECUTE FUNCTION capture.keep_lawful();

-- Why a person may not take a step; NULL when they may. Who approves did not propose, and owns data
-- or reviews. In a sandbox one may do it all.
CREATE FUNCTION capture.hindrance(
    process text, numbered integer, step text, decider text
) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN step <> 'approved'
            OR EXISTS (SELECT FROM access.installation AS i WHERE i.kind = 'sandbox')
        THEN NULL
        WHEN EXISTS (
            SELECT FROM capture.process_version AS v
            WHERE v.process_id = process AND v.version = numbered AND v.proposed_by = decider
        )
        THEN 'samePerson'
        WHEN NOT EXISTS (
            SELECT FROM access.person_capacity AS c
            WHERE c.person = decider
                AND c.valid_from <= now() AND (c.valid_to IS NULL OR c.valid_to > now())
                AND (c.capacity = 'reviewer' OR c.capacity LIKE 'dataOwner:%')
        )
        THEN 'noCapacity'
    END
$$;

CREATE FUNCTION capture.keep_apart() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    hindrance text;
BEGIN
    hindrance := capture.hindrance(new.process_id, new.version, new.state, new.person);
    IF hindrance IS NOT NULL THEN
        RAISE check_violation USING MESSAGE = 'it is not theirs to decide: ' || hindrance;
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER process_decision_apart BEFORE INSERT ON capture.process_decision
FOR EACH ROW EXECUTE FUNCTION capture.keep_apart();

-- A run of a process, by schedule or by hand, and what its controls say. `import` is its load.
CREATE TABLE capture.run (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    process_id text NOT NULL REFERENCES capture.process (id),
    version integer NOT NULL,
    import uuid REFERENCES capture.import (id) ON DELETE SET NULL,
    person text,
    began_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    outcome text CONSTRAINT run_outcome CHECK (outcome IN ('done', 'outOfControl', 'failed')),
    problem text
);
CREATE INDEX run_process ON capture.run (process_id, id);

-- migrate: rollback
DROP TABLE capture.run;
DROP TABLE capture.process_decision;
DROP TABLE capture.process_step;
DROP TABLE capture.process_version;
DROP TABLE capture.process;
DROP FUNCTION capture.keep_apart();
DROP FUNCTION capture.hindrance(text, integer, text, text);
DROP FUNCTION capture.keep_lawful();
