-- The register of information requirements, and the editions of it that records are held to
-- depends: 0024-access-care

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- What the register demanded of records since when; the highest number is in force. The content
-- is what was compiled from the requirements that were enforced then.
CREATE TABLE record.edition (
    number integer PRIMARY KEY CONSTRAINT edition_number CHECK (number > 0),
    content jsonb NOT NULL,
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);

CREATE SCHEMA requirements;

-- A requirement: one element, an attribute of a record type. `enforced_version` is in force.
CREATE TABLE requirements.requirement (
    id text PRIMARY KEY CONSTRAINT requirement_id CHECK (id ~ '^REQ-[0-9]{3,6}$'),
    record_type text NOT NULL,
    path text NOT NULL,
    latest_version integer NOT NULL,
    enforced_version integer,
    retired_at timestamptz
);
CREATE UNIQUE INDEX requirement_element ON requirements.requirement (record_type, path)
WHERE retired_at IS NULL;

-- A version of a requirement. What it says never changes; its state does.
CREATE TABLE requirements.version (
    requirement_id text NOT NULL REFERENCES requirements.requirement (id),
    version integer NOT NULL CONSTRAINT version_number CHECK (version > 0),
    content jsonb NOT NULL,
    sha256 bytea NOT NULL CONSTRAINT version_sha256 CHECK (octet_length(sha256) = 32),
    state text NOT NULL DEFAULT 'proposed'
    CONSTRAINT version_state CHECK (
        state IN (
            'proposed', 'reviewed', 'approved', 'enforced', 'rejected', 'superseded', 'retired'
        )
    ),
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (requirement_id, version),
    CONSTRAINT version_seen UNIQUE (requirement_id, version, sha256)
);
CREATE UNIQUE INDEX version_under_way ON requirements.version (requirement_id)
WHERE state IN ('proposed', 'reviewed');
CREATE UNIQUE INDEX version_in_force ON requirements.version (requirement_id)
WHERE state = 'enforced';

-- The steps of a version's life; there are no others.
CREATE TABLE requirements.step (
    from_state text NOT NULL,
    to_state text NOT NULL,
    PRIMARY KEY (from_state, to_state)
);
INSERT INTO requirements.step (from_state, to_state)
VALUES
('proposed', 'reviewed'),
('proposed', 'rejected'),
('reviewed', 'approved'),
('reviewed', 'rejected'),
('approved', 'enforced'),
('approved', 'superseded'),
('approved', 'retired'),
('enforced', 'superseded'),
('enforced', 'retired');

-- Who took which step, and why; bound to the content that was seen. `person` decides,
-- `entered_by` is the account at the terminal.
CREATE TABLE requirements.decision (
    requirement_id text NOT NULL,
    version integer NOT NULL,
    number integer NOT NULL,
    state text NOT NULL,
    person text NOT NULL,
    entered_by text NOT NULL,
    reason text NOT NULL,
    sha256 bytea NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (requirement_id, version, number),
    CONSTRAINT decision_seen FOREIGN KEY (requirement_id, version, sha256)
    REFERENCES requirements.version (requirement_id, version, sha256)
);

-- The law of the life cycle, however a row is changed: what a version says stays, steps are those
-- of the table, and each is decided: who reviews did not propose, who approves did neither.
-- In a sandbox one person may do it all.
CREATE FUNCTION requirements.keep_lawful() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (new.requirement_id, new.version, new.content, new.sha256, new.proposed_by)
        IS DISTINCT FROM
        (old.requirement_id, old.version, old.content, old.sha256, old.proposed_by)
    THEN
        RAISE check_violation USING MESSAGE = 'what a version says never changes';
    END IF;
    IF new.state = old.state THEN
        RETURN new;
    END IF;
    IF NOT EXISTS (
        SELECT FROM requirements.step AS s
        WHERE s.from_state = old.state AND s.to_state = new.state
    ) THEN
        RAISE check_violation USING MESSAGE = 'a requirement takes no such step';
    END IF;
    IF NOT EXISTS (
        SELECT FROM requirements.decision AS d
        WHERE d.requirement_id = new.requirement_id AND d.version = new.version
            AND d.state = new.state
    ) THEN
        RAISE check_violation USING MESSAGE = 'a step is taken by a decision';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER version_lawful BEFORE UPDATE ON requirements.version
FOR EACH ROW EXECUTE FUNCTION requirements.keep_lawful();

-- Why a person may not take a step; NULL when they may. Who reviews did not propose, who approves
-- did neither; it takes a reviewer, and an owner of the data. In a sandbox one may do it all.
CREATE FUNCTION requirements.hindrance(
    requirement text, numbered integer, step text, decider text
) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN step NOT IN ('reviewed', 'approved')
            OR EXISTS (SELECT FROM access.installation AS i WHERE i.kind = 'sandbox')
        THEN NULL
        WHEN EXISTS (
            SELECT FROM requirements.decision AS d
            WHERE d.requirement_id = requirement AND d.version = numbered
                AND d.person = decider AND d.state IN ('proposed', 'reviewed')
        )
        THEN 'samePerson'
        WHEN NOT EXISTS (
            SELECT FROM access.person_capacity AS c
            CROSS JOIN requirements.requirement AS r
            WHERE r.id = requirement AND c.person = decider
                AND c.valid_from <= now() AND (c.valid_to IS NULL OR c.valid_to > now())
                AND (
                    (step = 'reviewed' AND c.capacity = 'reviewer')
                    OR (
                        step = 'approved'
                        AND c.capacity IN ('dataOwner:*', 'dataOwner:' || r.record_type)
                    )
                )
        )
        THEN 'noCapacity'
    END
$$;

CREATE FUNCTION requirements.keep_apart() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    hindrance text;
BEGIN
    hindrance := requirements.hindrance(
        new.requirement_id, new.version, new.state, new.person
    );
    IF hindrance IS NOT NULL THEN
        RAISE check_violation USING MESSAGE = 'the register does not allow it: ' || hindrance;
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER decision_apart BEFORE INSERT ON requirements.decision
FOR EACH ROW EXECUTE FUNCTION requirements.keep_apart();

-- A version begins as proposed; what ships with the product may begin further on, as long as
-- nobody has proposed anything.
CREATE FUNCTION requirements.keep_beginning() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.state <> 'proposed' AND EXISTS (
        SELECT FROM requirements.version AS v
        WHERE v.proposed_by <> 'customer-inventory'
    ) THEN
        RAISE check_violation USING MESSAGE = 'a version begins as proposed';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER version_beginning BEFORE INSERT ON requirements.version
FOR EACH ROW EXECUTE FUNCTION requirements.keep_beginning();

-- migrate: rollback
DROP SCHEMA requirements CASCADE;
DROP TABLE record.edition;
