-- Terms: what else is agreed of a permission, beside its operations
-- depends: 0015-grant

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- By name of the term; what each means is known to access.terms.
ALTER TABLE access.permission
ADD COLUMN terms jsonb NOT NULL DEFAULT '{}'
CONSTRAINT permission_terms CHECK (jsonb_typeof(terms) = 'object');

-- By record type, those that have any.
ALTER TABLE access.process_grant
ADD COLUMN terms jsonb NOT NULL DEFAULT '{}'
CONSTRAINT process_grant_terms CHECK (jsonb_typeof(terms) = 'object');

DROP FUNCTION access.in_force;

-- What a process may do for a purpose now, on which terms, and when next time changes any of it.
CREATE FUNCTION access.in_force(of_process text, for_purpose text)
RETURNS TABLE (changes_at timestamptz, permissions json, terms json)
LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT
        min(CASE WHEN q.valid_from > now() THEN q.valid_from ELSE q.valid_to END)
        FILTER (WHERE q.valid_from > now() OR q.valid_to > now()),
        coalesce(
            json_object_agg(q.record_type, array_to_json(q.operations))
            FILTER (WHERE q.valid_from <= now() AND (q.valid_to IS NULL OR q.valid_to > now())),
            '{}'::json
        ),
        coalesce(
            json_object_agg(q.record_type, q.terms)
            FILTER (
                WHERE q.valid_from <= now()
                AND (q.valid_to IS NULL OR q.valid_to > now())
                AND q.terms <> '{}'
            ),
            '{}'::json
        )
    FROM access.permission AS q
    WHERE q.process = of_process AND q.purpose = for_purpose
$$;

-- The law of grants, however a row is changed; the terms are part of what was asked for.
CREATE OR REPLACE FUNCTION access.keep_grant_lawful() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    needed text[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF new.state <> 'requested' OR new.changed_by <> new.requested_by THEN
            RAISE check_violation USING MESSAGE = 'a grant begins as requested';
        END IF;
        RETURN new;
    END IF;
    IF (new.id, new.process, new.purpose, new.version, new.permissions, new.terms, new.reason)
        IS DISTINCT FROM
        (old.id, old.process, old.purpose, old.version, old.permissions, old.terms, old.reason)
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

-- A step leaves its trace, and permissions with their terms follow the state.
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

-- migrate: rollback
DROP FUNCTION access.in_force;
CREATE FUNCTION access.in_force(of_process text, for_purpose text)
RETURNS TABLE (changes_at timestamptz, permissions json)
LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT
        min(CASE WHEN q.valid_from > now() THEN q.valid_from ELSE q.valid_to END)
        FILTER (WHERE q.valid_from > now() OR q.valid_to > now()),
        coalesce(
            json_object_agg(q.record_type, array_to_json(q.operations))
            FILTER (WHERE q.valid_from <= now() AND (q.valid_to IS NULL OR q.valid_to > now())),
            '{}'::json
        )
    FROM access.permission AS q
    WHERE q.process = of_process AND q.purpose = for_purpose
$$;
CREATE OR REPLACE FUNCTION access.keep_grant_lawful() RETURNS trigger LANGUAGE plpgsql AS $$
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
ALTER TABLE access.process_grant DROP COLUMN terms;
ALTER TABLE access.permission DROP COLUMN terms;
