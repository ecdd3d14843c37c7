-- Registration whole: what a process is, who answers for it, what became of it; sandboxes
-- depends: 0015-grant

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- `owner` is the organisation that answers for a process, `owner_person` who does so in it.
ALTER TABLE access.process
ADD COLUMN kind text NOT NULL DEFAULT 'process'
CONSTRAINT process_kind CHECK (kind IN ('process', 'system', 'agent')),
ADD COLUMN owner_person text,
ADD COLUMN contact text,
ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now(),
ADD COLUMN changed_by text NOT NULL DEFAULT '',
ADD COLUMN entered_by text NOT NULL DEFAULT '',
ADD COLUMN change_reason text NOT NULL DEFAULT '';
UPDATE access.process
SET changed_at = registered_at, changed_by = registered_by, entered_by = registered_by;

-- Everything that a process was, since when, by whom and why.
CREATE TABLE access.process_history (
    process text NOT NULL REFERENCES access.process (id),
    number integer NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    entered_by text NOT NULL,
    reason text NOT NULL,
    state text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    etom_id text,
    owner text NOT NULL,
    owner_person text,
    contact text,
    PRIMARY KEY (process, number)
);
INSERT INTO access.process_history
SELECT
    p.id, 1, p.changed_at, p.changed_by, p.entered_by, '', p.state, p.name, p.kind, p.etom_id,
    p.owner, p.owner_person, p.contact
FROM access.process AS p;

-- A process keeps its id, and one that was revoked stays so, however a row is changed.
CREATE FUNCTION access.keep_process_lawful() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.id <> old.id OR new.registered_at <> old.registered_at THEN
        RAISE check_violation USING MESSAGE = 'a process keeps its id';
    END IF;
    IF old.state = 'revoked' AND new.state <> 'revoked' THEN
        RAISE check_violation USING MESSAGE = 'a revoked process stays revoked';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER process_lawful BEFORE UPDATE ON access.process
FOR EACH ROW EXECUTE FUNCTION access.keep_process_lawful();

-- What changed of a process leaves its trace in the same transaction.
CREATE FUNCTION access.follow_process() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO access.process_history
    SELECT
        new.id, count(*) + 1, new.changed_at, new.changed_by, new.entered_by, new.change_reason,
        new.state, new.name, new.kind, new.etom_id, new.owner, new.owner_person, new.contact
    FROM access.process_history AS h
    WHERE h.process = new.id
    HAVING TG_OP = 'INSERT' OR (
        new.state, new.name, new.kind, new.etom_id, new.owner, new.owner_person, new.contact
    ) IS DISTINCT FROM (
        old.state, old.name, old.kind, old.etom_id, old.owner, old.owner_person, old.contact
    );
    RETURN NULL;
END
$$;
CREATE TRIGGER process_followed AFTER INSERT OR UPDATE ON access.process
FOR EACH ROW EXECUTE FUNCTION access.follow_process();

-- Whether this inventory is in production. In a sandbox operators permit without being asked.
CREATE TABLE access.installation (
    is_one boolean PRIMARY KEY DEFAULT TRUE CONSTRAINT installation_one CHECK (is_one),
    kind text NOT NULL DEFAULT 'production'
    CONSTRAINT installation_kind CHECK (kind IN ('production', 'sandbox')),
    declared_at timestamptz NOT NULL DEFAULT now(),
    declared_by text NOT NULL
);
INSERT INTO access.installation (declared_by) VALUES ('whoever installed it');

-- Where people decide there is no sandbox any more; one that ends leaves no permission behind that
-- nobody granted.
CREATE FUNCTION access.keep_installation_lawful() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE check_violation USING MESSAGE = 'an inventory is in production or a sandbox';
    END IF;
    IF new.kind = 'sandbox' AND (
        EXISTS (SELECT FROM access.person_capacity)
        OR EXISTS (SELECT FROM access.process_grant)
    ) THEN
        RAISE check_violation USING MESSAGE = 'where people decide there is no sandbox';
    END IF;
    IF new.kind = 'production' THEN
        DELETE FROM access.permission AS q
        WHERE q.grant_id IS NULL AND q.process <> 'manage-customer-inventory';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER installation_lawful BEFORE UPDATE OR DELETE ON access.installation
FOR EACH ROW EXECUTE FUNCTION access.keep_installation_lawful();

-- A permission comes from a grant in force. Without one there are those of the house's own process,
-- and what operators permit in a sandbox.
CREATE FUNCTION access.keep_permission_granted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.grant_id IS NULL THEN
        IF new.process <> 'manage-customer-inventory' AND NOT EXISTS (
            SELECT FROM access.installation AS i
            WHERE i.kind = 'sandbox'
        ) THEN
            RAISE check_violation USING MESSAGE = 'nothing is permitted without a grant';
        END IF;
    ELSIF NOT EXISTS (
        SELECT FROM access.process_grant AS g
        WHERE
            g.id = new.grant_id
            AND g.state = 'active'
            AND (g.process, g.purpose) = (new.process, new.purpose)
            AND g.permissions ? new.record_type
            AND new.valid_from >= g.valid_from
            AND new.valid_to <= g.valid_to
    ) THEN
        RAISE check_violation USING MESSAGE = 'a permission is what its grant in force says';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER permission_granted BEFORE INSERT OR UPDATE ON access.permission
FOR EACH ROW EXECUTE FUNCTION access.keep_permission_granted();

-- migrate: rollback
DROP TRIGGER permission_granted ON access.permission;
DROP FUNCTION access.keep_permission_granted;
DROP TABLE access.installation;
DROP FUNCTION access.keep_installation_lawful;
DROP TRIGGER process_followed ON access.process;
DROP FUNCTION access.follow_process;
DROP TRIGGER process_lawful ON access.process;
DROP FUNCTION access.keep_process_lawful;
DROP TABLE access.process_history;
ALTER TABLE access.process
DROP COLUMN kind,
DROP COLUMN owner_person,
DROP COLUMN contact,
DROP COLUMN changed_at,
DROP COLUMN changed_by,
DROP COLUMN entered_by,
DROP COLUMN change_reason;
