-- One life cycle: whatever is declared and decided on takes the same steps, under one law
-- depends: 0043-register 0046-capture-process

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- The steps of the life of a version; there are no others.
CREATE TABLE access.life_step (
    from_state text NOT NULL,
    to_state text NOT NULL,
    PRIMARY KEY (from_state, to_state)
);
INSERT INTO access.life_step (from_state, to_state)
VALUES
('proposed', 'reviewed'),
('proposed', 'rejected'),
('reviewed', 'approved'),
('reviewed', 'rejected'),
('approved', 'enforced'),
('approved', 'superseded'),
('approved', 'retired'),
('enforced', 'suspended'),
('enforced', 'superseded'),
('enforced', 'retired'),
('suspended', 'enforced'),
('suspended', 'superseded'),
('suspended', 'retired');

-- The law of the life cycle, over tables of one form in the rooms: objects (id, latest_version,
-- version_in_force, retired_at), versions of them (object_id, version, content, sha256, state,
-- proposed_by, proposed_at) and decisions (object_id, version, number, state, person, entered_by,
-- reason, sha256, decided_at).

-- Why a person may not take a step; NULL when they may. Who reviews did not propose, who approves
-- did neither; it takes a reviewer, and an owner of the data: of the record type that the object
-- is about, of any where it is about none. In a sandbox one person may do it all.
CREATE FUNCTION access.life_hindrance(
    objects regclass, decisions regclass, object text, numbered integer, step text, decider text
) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    has_decided boolean;
    owned text;
BEGIN
    IF step NOT IN ('reviewed', 'approved')
        OR EXISTS (SELECT FROM access.installation AS i WHERE i.kind = 'sandbox')
    THEN
        RETURN NULL;
    END IF;
    EXECUTE format(
        'SELECT EXISTS (SELECT FROM %s AS d WHERE d.object_id = $1 AND d.version = $2'
        ' AND d.person = $3 AND d.state IN (''proposed'', ''reviewed''))', decisions
    ) INTO has_decided USING object, numbered, decider;
    IF has_decided THEN
        RETURN 'samePerson';
    END IF;
    EXECUTE format('SELECT to_jsonb(o) ->> ''record_type'' FROM %s AS o WHERE o.id = $1', objects)
    INTO owned USING object;
    IF NOT EXISTS (
        SELECT FROM access.person_capacity AS c
        WHERE c.person = decider
            AND c.valid_from <= now() AND (c.valid_to IS NULL OR c.valid_to > now())
            AND CASE
                WHEN step = 'reviewed' THEN c.capacity = 'reviewer'
                WHEN owned IS NULL THEN c.capacity LIKE 'dataOwner:%'
                ELSE c.capacity IN ('dataOwner:*', 'dataOwner:' || owned)
            END
    ) THEN
        RETURN 'noCapacity';
    END IF;
    RETURN NULL;
END
$$;

-- Of versions, however a row is changed: one begins as proposed (what ships with the product may
-- begin further on, as long as nobody has proposed anything), what it says stays, steps are
-- those of the table, and each is decided. The argument names the decisions.
CREATE FUNCTION access.keep_life() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_so boolean;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF new.state <> 'proposed' THEN
            EXECUTE format(
                'SELECT EXISTS (SELECT FROM %s AS v'
                ' WHERE v.proposed_by <> ''customer-inventory'')', TG_RELID::regclass
            ) INTO is_so;
            IF is_so THEN
                RAISE check_violation USING MESSAGE = 'a version begins as proposed';
            END IF;
        END IF;
        RETURN new;
    END IF;
    IF to_jsonb(new) - 'state' <> to_jsonb(old) - 'state' THEN
        RAISE check_violation USING MESSAGE = 'what a version says never changes';
    END IF;
    IF new.state = old.state THEN
        RETURN new;
    END IF;
    IF NOT EXISTS (
        SELECT FROM access.life_step AS s
        WHERE s.from_state = old.state AND s.to_state = new.state
    ) THEN
        RAISE check_violation USING MESSAGE = 'a version takes no such step';
    END IF;
    EXECUTE format(
        'SELECT $3 IS NOT DISTINCT FROM (SELECT d.state FROM %s AS d'
        ' WHERE d.object_id = $1 AND d.version = $2 ORDER BY d.number DESC LIMIT 1)',
        TG_ARGV[0]::regclass
    ) INTO is_so USING new.object_id, new.version, new.state;
    IF NOT is_so THEN
        RAISE check_violation USING MESSAGE = 'a step is taken by a decision';
    END IF;
    RETURN new;
END
$$;

-- Of decisions: who takes one may. The argument names the objects.
CREATE FUNCTION access.keep_life_apart() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    hindrance text;
BEGIN
    hindrance := access.life_hindrance(
        TG_ARGV[0]::regclass, TG_RELID::regclass,
        new.object_id, new.version, new.state, new.person
    );
    IF hindrance IS NOT NULL THEN
        RAISE check_violation USING MESSAGE = 'it is not theirs to decide: ' || hindrance;
    END IF;
    RETURN new;
END
$$;

-- Requirements.
DROP TRIGGER version_lawful ON requirements.version;
DROP TRIGGER version_beginning ON requirements.version;
DROP TRIGGER decision_apart ON requirements.decision;
DROP FUNCTION requirements.keep_lawful();
DROP FUNCTION requirements.keep_beginning();
DROP FUNCTION requirements.keep_apart();
DROP FUNCTION requirements.hindrance(text, integer, text, text);
DROP TABLE requirements.step;
ALTER TABLE requirements.requirement RENAME COLUMN enforced_version TO version_in_force;
ALTER TABLE requirements.requirement ALTER COLUMN latest_version SET DEFAULT 0;
ALTER TABLE requirements.version RENAME COLUMN requirement_id TO object_id;
ALTER TABLE requirements.version DROP CONSTRAINT version_state;
ALTER TABLE requirements.decision RENAME COLUMN requirement_id TO object_id;
DROP INDEX requirements.version_in_force;
CREATE UNIQUE INDEX version_in_force ON requirements.version (object_id)
WHERE state IN ('enforced', 'suspended');
CREATE TRIGGER version_life BEFORE INSERT OR UPDATE ON requirements.version
FOR EACH ROW EXECUTE FUNCTION access.keep_life('requirements.decision');
CREATE TRIGGER decision_apart BEFORE INSERT ON requirements.decision
FOR EACH ROW EXECUTE FUNCTION access.keep_life_apart('requirements.requirement');

-- Capture processes: what was active is enforced, and there is a review.
DROP TRIGGER process_version_lawful ON capture.process_version;
DROP TRIGGER process_decision_apart ON capture.process_decision;
DROP FUNCTION capture.keep_lawful();
DROP FUNCTION capture.keep_apart();
DROP FUNCTION capture.hindrance(text, integer, text, text);
DROP TABLE capture.process_step;
DROP INDEX capture.process_version_under_way;
DROP INDEX capture.process_version_in_force;
ALTER TABLE capture.process RENAME COLUMN active_version TO version_in_force;
ALTER TABLE capture.process ALTER COLUMN latest_version SET DEFAULT 0;
ALTER TABLE capture.process_version RENAME COLUMN process_id TO object_id;
ALTER TABLE capture.process_version RENAME COLUMN declared TO content;
ALTER TABLE capture.process_version DROP CONSTRAINT process_version_state;
ALTER TABLE capture.process_version ADD COLUMN proposed_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE capture.process_decision RENAME COLUMN process_id TO object_id;
UPDATE capture.process_version AS v
SET
    state = CASE v.state WHEN 'active' THEN 'enforced' ELSE v.state END,
    proposed_at = coalesce(
        (
            SELECT min(d.decided_at)
            FROM capture.process_decision AS d
            WHERE d.object_id = v.object_id AND d.version = v.version
        ),
        v.proposed_at
    );
UPDATE capture.process_decision SET state = 'enforced'
WHERE state = 'active';
CREATE UNIQUE INDEX process_version_under_way ON capture.process_version (object_id)
WHERE state IN ('proposed', 'reviewed');
CREATE UNIQUE INDEX process_version_in_force ON capture.process_version (object_id)
WHERE state IN ('enforced', 'suspended');
CREATE TRIGGER process_version_life BEFORE INSERT OR UPDATE ON capture.process_version
FOR EACH ROW EXECUTE FUNCTION access.keep_life('capture.process_decision');
CREATE TRIGGER process_decision_apart BEFORE INSERT ON capture.process_decision
FOR EACH ROW EXECUTE FUNCTION access.keep_life_apart('capture.process');

-- migrate: rollback
DROP TRIGGER process_decision_apart ON capture.process_decision;
DROP TRIGGER process_version_life ON capture.process_version;
DROP INDEX capture.process_version_in_force;
DROP INDEX capture.process_version_under_way;
UPDATE capture.process_decision SET state = 'active'
WHERE state = 'enforced';
UPDATE capture.process_version SET
    state = CASE state
        WHEN 'enforced' THEN 'active' WHEN 'suspended' THEN 'retired' ELSE 'proposed'
    END
WHERE state IN ('enforced', 'suspended', 'reviewed');
ALTER TABLE capture.process_decision RENAME COLUMN object_id TO process_id;
ALTER TABLE capture.process_version DROP COLUMN proposed_at;
ALTER TABLE capture.process_version ADD CONSTRAINT process_version_state CHECK (
    state IN ('proposed', 'approved', 'active', 'rejected', 'superseded', 'retired')
);
ALTER TABLE capture.process_version RENAME COLUMN content TO declared;
ALTER TABLE capture.process_version RENAME COLUMN object_id TO process_id;
ALTER TABLE capture.process ALTER COLUMN latest_version DROP DEFAULT;
ALTER TABLE capture.process RENAME COLUMN version_in_force TO active_version;
CREATE UNIQUE INDEX process_version_under_way ON capture.process_version (process_id)
WHERE state = 'proposed';
CREATE UNIQUE INDEX process_version_in_force ON capture.process_version (process_id)
WHERE state = 'active';
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
DROP TRIGGER decision_apart ON requirements.decision;
DROP TRIGGER version_life ON requirements.version;
DROP INDEX requirements.version_in_force;
ALTER TABLE requirements.decision RENAME COLUMN object_id TO requirement_id;
ALTER TABLE requirements.version ADD CONSTRAINT version_state CHECK (
    state IN ('proposed', 'reviewed', 'approved', 'enforced', 'rejected', 'superseded', 'retired')
);
ALTER TABLE requirements.version RENAME COLUMN object_id TO requirement_id;
ALTER TABLE requirements.requirement ALTER COLUMN latest_version DROP DEFAULT;
ALTER TABLE requirements.requirement RENAME COLUMN version_in_force TO enforced_version;
CREATE UNIQUE INDEX version_in_force ON requirements.version (requirement_id)
WHERE state = 'enforced';
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
DROP FUNCTION access.keep_life_apart();
DROP FUNCTION access.keep_life();
DROP FUNCTION access.life_hindrance(regclass, regclass, text, integer, text, text);
DROP TABLE access.life_step;
