-- Grants: what a process asked for, who decided it, and what came of it
-- depends: 0013-oauth

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- What customer data may be used for, and what law allows it (GDPR art. 6).
CREATE TABLE access.purpose (
    code text PRIMARY KEY,
    title text NOT NULL,
    legal_basis text NOT NULL
    CONSTRAINT purpose_legal_basis CHECK (
        legal_basis IN (
            'consent',
            'contract',
            'legalObligation',
            'vitalInterests',
            'publicTask',
            'legitimateInterests'
        )
    ),
    requires_consent boolean NOT NULL,
    state text NOT NULL DEFAULT 'active'
    CONSTRAINT purpose_state CHECK (state IN ('active', 'retired')),
    registered_at timestamptz NOT NULL DEFAULT now(),
    registered_by text NOT NULL,
    CONSTRAINT purpose_consent CHECK (requires_consent OR legal_basis <> 'consent')
);

-- In which capacity a person decides: dataOwner:TYPE, reviewer, security, dpo.
CREATE TABLE access.person_capacity (
    person text NOT NULL,
    capacity text NOT NULL
    CONSTRAINT person_capacity_known CHECK (
        capacity ~ '^(dataOwner:([A-Za-z][A-Za-z0-9]*|[*])|reviewer|security|dpo)$'
    ),
    valid_from timestamptz NOT NULL DEFAULT now(),
    valid_to timestamptz,
    registered_at timestamptz NOT NULL DEFAULT now(),
    registered_by text NOT NULL,
    PRIMARY KEY (person, capacity)
);

-- Whose approval an operation needs besides that of the data owner.
CREATE TABLE access.operation_capacity (
    operation text PRIMARY KEY,
    capacity text NOT NULL
);
INSERT INTO access.operation_capacity (operation, capacity)
VALUES ('download', 'security'), ('delete', 'dpo');

-- The steps of a grant's life; there are no others.
CREATE TABLE access.grant_step (
    from_state text NOT NULL,
    to_state text NOT NULL,
    PRIMARY KEY (from_state, to_state)
);
INSERT INTO access.grant_step (from_state, to_state)
VALUES
('requested', 'reviewed'),
('requested', 'rejected'),
('requested', 'withdrawn'),
('reviewed', 'approved'),
('reviewed', 'rejected'),
('reviewed', 'withdrawn'),
('approved', 'active'),
('approved', 'withdrawn'),
('approved', 'revoked'),
('active', 'suspended'),
('active', 'expired'),
('active', 'revoked'),
('active', 'superseded'),
('suspended', 'expired'),
('suspended', 'revoked'),
('suspended', 'superseded');

-- A version of what a process asks for, for one purpose. What was asked never changes; only the
-- state does, with who changed it and why. `entered_by` is the account at the terminal.
CREATE TABLE access.process_grant (
    id text PRIMARY KEY,
    process text NOT NULL REFERENCES access.process (id),
    purpose text NOT NULL REFERENCES access.purpose (code),
    version integer NOT NULL,
    permissions jsonb NOT NULL,
    reason text NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz NOT NULL,
    sha256 bytea NOT NULL CONSTRAINT process_grant_sha256 CHECK (octet_length(sha256) = 32),
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    state text NOT NULL DEFAULT 'requested'
    CONSTRAINT process_grant_state CHECK (
        state IN (
            'requested',
            'reviewed',
            'approved',
            'active',
            'suspended',
            'expired',
            'revoked',
            'rejected',
            'withdrawn',
            'superseded'
        )
    ),
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text NOT NULL,
    entered_by text NOT NULL,
    change_reason text NOT NULL,
    CONSTRAINT process_grant_version UNIQUE (process, purpose, version),
    CONSTRAINT process_grant_asked UNIQUE (id, requested_by, sha256),
    CONSTRAINT process_grant_validity CHECK (valid_to > valid_from)
);
CREATE UNIQUE INDEX process_grant_in_force ON access.process_grant (process, purpose)
WHERE state IN ('active', 'suspended');
CREATE UNIQUE INDEX process_grant_under_way ON access.process_grant (process, purpose)
WHERE state IN ('requested', 'reviewed', 'approved');

-- Who agreed to a grant in which capacity. It is bound to the content that was seen (SHA-256), and
-- to another person than the one who asked.
CREATE TABLE access.grant_decision (
    grant_id text NOT NULL,
    capacity text NOT NULL,
    person text NOT NULL,
    requested_by text NOT NULL,
    sha256 bytea NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now(),
    entered_by text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (grant_id, capacity),
    CONSTRAINT grant_decision_seen FOREIGN KEY (grant_id, requested_by, sha256)
    REFERENCES access.process_grant (id, requested_by, sha256),
    CONSTRAINT grant_decision_capacity FOREIGN KEY (person, capacity)
    REFERENCES access.person_capacity (person, capacity),
    CONSTRAINT grant_decision_by_another CHECK (person <> requested_by)
);

-- Every state that a grant was in, since when, by whom and why.
CREATE TABLE access.grant_history (
    grant_id text NOT NULL REFERENCES access.process_grant (id),
    number integer NOT NULL,
    state text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    entered_by text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (grant_id, number)
);

-- A permission in force comes from a grant; from none when the house registered it directly.
ALTER TABLE access.permission
ADD COLUMN grant_id text REFERENCES access.process_grant (id);

-- Whose approval a grant needs: the data owner of every type, and what its operations ask for.
CREATE FUNCTION access.capacities_needed(asked jsonb) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    SELECT 'dataOwner:' || e.key FROM jsonb_each(asked) AS e
    UNION
    SELECT c.capacity
    FROM jsonb_each(asked) AS e
    CROSS JOIN LATERAL jsonb_array_elements_text(e.value) AS o (operation)
    INNER JOIN access.operation_capacity AS c USING (operation)
$$;

-- The law of grants, however a row is changed.
CREATE FUNCTION access.keep_grant_lawful() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    needed text[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF new.state <> 'requested' OR new.changed_by <> new.requested_by THEN
            RAISE check_violation USING MESSAGE = 'a grant begins as requested';
        END IF;
        RETURN new;
    END IF;
    IF (new.id, new.process, new.purpose, new.version, new.permissions, new.reason)
        IS DISTINCT FROM
        (old.id, old.process, old.purpose, old.version, old.permissions, old.reason)
        OR (new.valid_from, new.valid_to, new.sha256, new.requested_by, new.requested_at)
        IS DISTINCT FROM
        (old.valid_from, old.valid_to, old.sha256, old.requested_by, old.requested_at)
    THEN
        RAISE check_violation USING MESSAGE = 'what was asked for never changes';
    END IF;
    IF NOT EXISTS (
        SELECT FROM access.grant_step AS s
        WHERE s.from_state = old.state AND s.to_state = new.state
    ) THEN
        RAISE check_violation USING MESSAGE = 'a grant takes no such step';
    END IF;
    needed := CASE new.state
        WHEN 'reviewed' THEN ARRAY['reviewer']
        WHEN 'approved' THEN array(SELECT access.capacities_needed(new.permissions))
        ELSE '{}'::text[]
    END;
    IF EXISTS (
        SELECT FROM unnest(needed) AS n (capacity)
        WHERE NOT EXISTS (
            SELECT FROM access.grant_decision AS d
            WHERE d.grant_id = new.id AND d.capacity = n.capacity
        )
    ) THEN
        RAISE check_violation USING MESSAGE = 'a grant is not approved without all who must agree';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER process_grant_lawful BEFORE INSERT OR UPDATE ON access.process_grant
FOR EACH ROW EXECUTE FUNCTION access.keep_grant_lawful();

-- A step leaves its trace, and permissions follow the state, in the same transaction.
CREATE FUNCTION access.follow_grant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO access.grant_history
        (grant_id, number, state, changed_at, changed_by, entered_by, reason)
    SELECT
        new.id,
        count(*) + 1,
        new.state,
        new.changed_at,
        new.changed_by,
        new.entered_by,
        new.change_reason
    FROM access.grant_history AS h
    WHERE h.grant_id = new.id;
    IF new.state = 'active' THEN
        DELETE FROM access.permission AS q
        WHERE q.process = new.process AND q.purpose = new.purpose;
        INSERT INTO access.permission
            (process, record_type, purpose, operations, valid_from, valid_to, grant_id)
        SELECT
            new.process,
            e.key,
            new.purpose,
            array(SELECT jsonb_array_elements_text(e.value)),
            new.valid_from,
            new.valid_to,
            new.id
        FROM jsonb_each(new.permissions) AS e;
    ELSE
        DELETE FROM access.permission AS q
        WHERE q.grant_id = new.id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER process_grant_followed AFTER INSERT OR UPDATE ON access.process_grant
FOR EACH ROW EXECUTE FUNCTION access.follow_grant();

-- migrate: rollback
ALTER TABLE access.permission DROP COLUMN grant_id;
DROP TABLE access.grant_history;
DROP TABLE access.grant_decision;
DROP TABLE access.process_grant;
DROP FUNCTION access.follow_grant;
DROP FUNCTION access.keep_grant_lawful;
DROP FUNCTION access.capacities_needed;
DROP TABLE access.grant_step;
DROP TABLE access.operation_capacity;
DROP TABLE access.person_capacity;
DROP TABLE access.purpose;
