-- Several grants of a process may be in force for one purpose, each a part of what it may do
-- depends: 0057-deciding-rule

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- What was granted so far is the part without a name.
ALTER TABLE access.process_grant ADD COLUMN part text NOT NULL DEFAULT ''
CONSTRAINT process_grant_part CHECK (part ~ '^([a-z][A-Za-z0-9-]{0,62})?$');
DROP INDEX access.process_grant_in_force;
CREATE UNIQUE INDEX process_grant_in_force ON access.process_grant (process, purpose, part)
WHERE state IN ('active', 'suspended');
DROP INDEX access.process_grant_under_way;
CREATE UNIQUE INDEX process_grant_under_way ON access.process_grant (process, purpose, part)
WHERE state IN ('requested', 'reviewed', 'approved');

-- The part is what was asked for, too.
CREATE FUNCTION access.keep_grant_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation USING MESSAGE = 'what was asked for never changes';
END
$$;
CREATE TRIGGER process_grant_part BEFORE UPDATE ON access.process_grant
FOR EACH ROW WHEN (new.part <> old.part) EXECUTE FUNCTION access.keep_grant_part();

-- One grant answers for a record type: no two of a purpose are about the same (the primary key of
-- permissions), and one about every type has no other beside it.
CREATE FUNCTION access.keep_permissions_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM access.permission AS q
        WHERE
            q.process = new.process
            AND q.purpose = new.purpose
            AND q.grant_id <> new.grant_id
            AND '*' IN (q.record_type, new.record_type)
    ) THEN
        RAISE unique_violation USING MESSAGE = 'a grant about every type has no other beside it';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER permission_apart BEFORE INSERT OR UPDATE ON access.permission
FOR EACH ROW WHEN (new.grant_id IS NOT NULL) EXECUTE FUNCTION access.keep_permissions_apart();

-- A step leaves its trace, and permissions with their terms follow the state. What another grant
-- permits stays: the one before, of the same part, has taken its own away when it was superseded.
CREATE OR REPLACE FUNCTION access.follow_grant() RETURNS trigger LANGUAGE plpgsql AS $$
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
        WHERE q.process = new.process AND q.purpose = new.purpose AND q.grant_id IS NULL;
        INSERT INTO access.permission
            (process, record_type, purpose, operations, terms, valid_from, valid_to, grant_id)
        SELECT
            new.process,
            e.key,
            new.purpose,
            array(SELECT jsonb_array_elements_text(e.value)),
            coalesce(new.terms -> e.key, '{}'),
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

-- migrate: rollback
CREATE OR REPLACE FUNCTION access.follow_grant() RETURNS trigger LANGUAGE plpgsql AS $$
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
            (process, record_type, purpose, operations, terms, valid_from, valid_to, grant_id)
        SELECT
            new.process,
            e.key,
            new.purpose,
            array(SELECT jsonb_array_elements_text(e.value)),
            coalesce(new.terms -> e.key, '{}'),
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
DROP TRIGGER permission_apart ON access.permission;
DROP FUNCTION access.keep_permissions_apart;
DROP TRIGGER process_grant_part ON access.process_grant;
DROP FUNCTION access.keep_grant_part;
DROP INDEX access.process_grant_under_way;
CREATE UNIQUE INDEX process_grant_under_way ON access.process_grant (process, purpose)
WHERE state IN ('requested', 'reviewed', 'approved');
DROP INDEX access.process_grant_in_force;
CREATE UNIQUE INDEX process_grant_in_force ON access.process_grant (process, purpose)
WHERE state IN ('active', 'suspended');
ALTER TABLE access.process_grant DROP COLUMN part;
