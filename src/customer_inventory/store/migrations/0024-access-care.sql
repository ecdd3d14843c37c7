-- Access looked after: recertification campaigns, break-glass, when clients asked for tokens last
-- depends: 0023-registration 0016-terms

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- Grants are listed latest first, in pages.
CREATE INDEX process_grant_requested ON access.process_grant (requested_at, id);

-- A campaign asks the owners of the data whether grants are still needed, until it is due.
CREATE TABLE access.campaign (
    id text PRIMARY KEY,
    title text NOT NULL,
    asked_for jsonb NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT now(),
    opened_by text NOT NULL,
    entered_by text NOT NULL,
    due_at timestamptz NOT NULL,
    closed_at timestamptz,
    CONSTRAINT campaign_due CHECK (due_at > opened_at)
);
CREATE INDEX campaign_open ON access.campaign (due_at)
WHERE closed_at IS NULL;

-- What one owner of data decides on one grant, once. `evidence` is what was known of its use.
CREATE TABLE access.campaign_item (
    campaign text NOT NULL REFERENCES access.campaign (id),
    grant_id text NOT NULL,
    capacity text NOT NULL,
    requested_by text NOT NULL,
    sha256 bytea NOT NULL,
    owner_person text,
    evidence json NOT NULL,
    decision text
    CONSTRAINT campaign_item_decision CHECK (decision IN ('keep', 'narrow', 'revoke', 'lapsed')),
    narrower text REFERENCES access.process_grant (id),
    decided_by text,
    entered_by text,
    reason text,
    decided_at timestamptz,
    PRIMARY KEY (campaign, grant_id, capacity),
    CONSTRAINT campaign_item_grant FOREIGN KEY (grant_id, requested_by, sha256)
    REFERENCES access.process_grant (id, requested_by, sha256),
    CONSTRAINT campaign_item_capacity FOREIGN KEY (decided_by, capacity)
    REFERENCES access.person_capacity (person, capacity),
    CONSTRAINT campaign_item_by_another CHECK (
        decided_by IS NULL
        OR (decided_by <> requested_by AND decided_by IS DISTINCT FROM owner_person)
    ),
    CONSTRAINT campaign_item_decided CHECK (
        (decision IS NULL) = (decided_at IS NULL)
        AND (decision IS NULL OR decision = 'lapsed') = (decided_by IS NULL)
        AND (decision IS NOT DISTINCT FROM 'narrow') = (narrower IS NOT NULL)
    )
);
CREATE INDEX campaign_item_grant ON access.campaign_item (grant_id);

-- The law of campaigns, however a row is changed.
CREATE FUNCTION access.keep_campaign_lawful() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR old.closed_at IS NOT NULL
        OR (new.id, new.title, new.asked_for, new.opened_at, new.opened_by, new.due_at)
        IS DISTINCT FROM
        (old.id, old.title, old.asked_for, old.opened_at, old.opened_by, old.due_at)
    THEN
        RAISE check_violation USING MESSAGE = 'a campaign is closed once, and else never changes';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER campaign_lawful BEFORE UPDATE OR DELETE ON access.campaign
FOR EACH ROW EXECUTE FUNCTION access.keep_campaign_lawful();

CREATE FUNCTION access.keep_recertification_lawful() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_due boolean;
BEGIN
    IF TG_OP = 'DELETE' OR old.decision IS NOT NULL OR new.decision IS NULL
        OR (new.campaign, new.grant_id, new.capacity, new.requested_by, new.owner_person)
        IS DISTINCT FROM
        (old.campaign, old.grant_id, old.capacity, old.requested_by, old.owner_person)
    THEN
        RAISE check_violation USING MESSAGE = 'an item is decided once, and else never changes';
    END IF;
    SELECT c.due_at <= now() INTO is_due FROM access.campaign AS c
    WHERE c.id = new.campaign AND c.closed_at IS NULL;
    IF is_due IS DISTINCT FROM (new.decision = 'lapsed') THEN
        RAISE check_violation USING MESSAGE = 'an item is decided until it is due, then it lapses';
    END IF;
    IF new.decided_by IS NOT NULL AND NOT EXISTS (
        SELECT FROM access.person_capacity AS c
        WHERE
            (c.person, c.capacity) = (new.decided_by, new.capacity)
            AND c.valid_from <= now()
            AND (c.valid_to IS NULL OR c.valid_to > now())
    ) THEN
        RAISE check_violation USING MESSAGE = 'an item is decided by an owner of the data';
    END IF;
    IF EXISTS (
        SELECT FROM access.process_grant AS g
        INNER JOIN access.process AS p ON g.process = p.id
        WHERE g.id = new.grant_id AND p.owner_person = new.decided_by
    ) THEN
        RAISE check_violation USING MESSAGE = 'the owner of a process decides on none of its grants';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER campaign_item_lawful BEFORE UPDATE OR DELETE ON access.campaign_item
FOR EACH ROW EXECUTE FUNCTION access.keep_recertification_lawful();

-- Who may break the glass is registered like who decides.
ALTER TABLE access.person_capacity
DROP CONSTRAINT person_capacity_known,
ADD CONSTRAINT person_capacity_known CHECK (
    capacity ~ '^(dataOwner:([A-Za-z][A-Za-z0-9]*|[*])|reviewer|security|dpo|breakGlass)$'
);

-- Access in an emergency: for one person, through a registered process, for four hours at most, and
-- reviewed afterwards by somebody else. `code` is its purpose, and marks every entry made under it.
CREATE TABLE access.break_glass (
    id text PRIMARY KEY,
    process text NOT NULL REFERENCES access.process (id),
    purpose text NOT NULL REFERENCES access.purpose (code),
    code text GENERATED ALWAYS AS ('breakGlass-' || id) STORED
    CONSTRAINT break_glass_code UNIQUE,
    person text NOT NULL,
    capacity text NOT NULL DEFAULT 'breakGlass'
    CONSTRAINT break_glass_of_whom CHECK (capacity = 'breakGlass'),
    permissions jsonb NOT NULL,
    reason text NOT NULL,
    ticket text NOT NULL,
    entered_by text NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT now(),
    valid_to timestamptz NOT NULL,
    ended_at timestamptz,
    ended_by text,
    review_due_at timestamptz NOT NULL,
    reviewed_at timestamptz,
    reviewed_by text,
    review_capacity text
    CONSTRAINT break_glass_reviewer CHECK (review_capacity IN ('reviewer', 'security', 'dpo')),
    verdict text CONSTRAINT break_glass_verdict CHECK (verdict IN ('justified', 'unjustified')),
    review text,
    CONSTRAINT break_glass_short CHECK (
        valid_to > opened_at AND valid_to <= opened_at + interval '4 hours'
    ),
    CONSTRAINT break_glass_person FOREIGN KEY (person, capacity)
    REFERENCES access.person_capacity (person, capacity),
    CONSTRAINT break_glass_review FOREIGN KEY (reviewed_by, review_capacity)
    REFERENCES access.person_capacity (person, capacity),
    CONSTRAINT break_glass_reviewed_by_another CHECK (
        reviewed_by <> person AND reviewed_by <> entered_by
    ),
    CONSTRAINT break_glass_reviewed_whole CHECK (
        num_nulls(reviewed_at, reviewed_by, review_capacity, verdict, review) IN (0, 5)
    )
);
CREATE INDEX break_glass_unreviewed ON access.break_glass (review_due_at)
WHERE reviewed_at IS NULL;

ALTER TABLE access.permission
ADD COLUMN break_glass_id text REFERENCES access.break_glass (id);

CREATE FUNCTION access.keep_break_glass_lawful() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE check_violation USING MESSAGE = 'what was done in an emergency stays known';
    END IF;
    IF TG_OP = 'INSERT' THEN
        new.opened_at := now();
        IF num_nonnulls(new.ended_at, new.reviewed_at) > 0 OR NOT EXISTS (
            SELECT FROM access.person_capacity AS c
            WHERE
                (c.person, c.capacity) = (new.person, new.capacity)
                AND c.valid_from <= now()
                AND (c.valid_to IS NULL OR c.valid_to > now())
        ) THEN
            RAISE check_violation USING MESSAGE = 'the glass is broken by who may, and begins open';
        END IF;
        RETURN new;
    END IF;
    IF (new.id, new.process, new.purpose, new.person, new.permissions, new.reason, new.ticket)
        IS DISTINCT FROM
        (old.id, old.process, old.purpose, old.person, old.permissions, old.reason, old.ticket)
        OR (new.entered_by, new.opened_at, new.valid_to, new.review_due_at)
        IS DISTINCT FROM
        (old.entered_by, old.opened_at, old.valid_to, old.review_due_at)
        OR old.ended_at IS NOT NULL AND new.ended_at IS DISTINCT FROM old.ended_at
        OR old.reviewed_at IS NOT NULL
    THEN
        RAISE check_violation USING MESSAGE = 'it is ended once, then reviewed once';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER break_glass_lawful BEFORE INSERT OR UPDATE OR DELETE ON access.break_glass
FOR EACH ROW EXECUTE FUNCTION access.keep_break_glass_lawful();

-- Permissions and tokens follow, in the same transaction.
CREATE FUNCTION access.follow_break_glass() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO access.permission
            (process, record_type, purpose, operations, valid_from, valid_to, break_glass_id)
        SELECT
            new.process,
            e.key,
            new.code,
            array(SELECT jsonb_array_elements_text(e.value)),
            new.opened_at,
            new.valid_to,
            new.id
        FROM jsonb_each(new.permissions) AS e;
    ELSIF new.ended_at IS NOT NULL AND old.ended_at IS NULL THEN
        DELETE FROM access.permission AS q
        WHERE q.break_glass_id = new.id;
        UPDATE access.token AS t SET revoked_at = now()
        WHERE t.process = new.process AND t.purpose = new.code AND t.revoked_at IS NULL;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER break_glass_followed AFTER INSERT OR UPDATE ON access.break_glass
FOR EACH ROW EXECUTE FUNCTION access.follow_break_glass();

-- A permission comes from a grant in force, or from broken glass. Without either there are those of
-- the house's own process, and what operators permit in a sandbox.
CREATE OR REPLACE FUNCTION access.keep_permission_granted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.break_glass_id IS NOT NULL THEN
        IF NOT EXISTS (
            SELECT FROM access.break_glass AS b
            WHERE
                b.id = new.break_glass_id
                AND b.ended_at IS NULL
                AND (b.process, b.code) = (new.process, new.purpose)
                AND b.permissions ? new.record_type
                AND new.operations <@ array(
                    SELECT jsonb_array_elements_text(b.permissions -> new.record_type)
                )
                AND new.valid_to <= b.valid_to
        ) THEN
            RAISE check_violation USING MESSAGE = 'a permission is what broken glass says';
        END IF;
    ELSIF new.grant_id IS NULL THEN
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
            AND new.operations <@ array(
                SELECT jsonb_array_elements_text(g.permissions -> new.record_type)
            )
            AND new.terms = coalesce(g.terms -> new.record_type, '{}')
            AND new.valid_from >= g.valid_from
            AND new.valid_to <= g.valid_to
    ) THEN
        RAISE check_violation USING MESSAGE = 'a permission is what its grant in force says';
    END IF;
    RETURN new;
END
$$;

-- When a client was given a token last. Apart from the client: what changes there is told to all.
CREATE TABLE access.client_use (
    client text PRIMARY KEY REFERENCES access.client (id),
    last_used_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE access.client
DROP CONSTRAINT client_state,
ADD CONSTRAINT client_state CHECK (state IN ('active', 'suspended', 'revoked'));

-- migrate: rollback
UPDATE access.client SET state = 'revoked'
WHERE state = 'suspended';
ALTER TABLE access.client
DROP CONSTRAINT client_state,
ADD CONSTRAINT client_state CHECK (state IN ('active', 'revoked'));
DROP TABLE access.client_use;
DELETE FROM access.permission
WHERE break_glass_id IS NOT NULL;
CREATE OR REPLACE FUNCTION access.keep_permission_granted() RETURNS trigger LANGUAGE plpgsql AS $$
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
ALTER TABLE access.permission DROP COLUMN break_glass_id;
DROP TABLE access.break_glass;
DROP FUNCTION access.follow_break_glass;
DROP FUNCTION access.keep_break_glass_lawful;
DELETE FROM access.person_capacity
WHERE capacity = 'breakGlass';
ALTER TABLE access.person_capacity
DROP CONSTRAINT person_capacity_known,
ADD CONSTRAINT person_capacity_known CHECK (
    capacity ~ '^(dataOwner:([A-Za-z][A-Za-z0-9]*|[*])|reviewer|security|dpo)$'
);
DROP INDEX access.process_grant_requested;
DROP TABLE access.campaign_item;
DROP TABLE access.campaign;
DROP FUNCTION access.keep_recertification_lawful;
DROP FUNCTION access.keep_campaign_lawful;
