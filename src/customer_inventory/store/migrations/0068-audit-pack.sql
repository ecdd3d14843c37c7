-- Packs of audit rules of operators: declared in a file, decided on, versioned
-- depends: 0060-finding 0054-lifecycle

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- A pack of rules between records that audits ask; what it says is in its versions.
CREATE TABLE audit.pack (
    id text PRIMARY KEY CONSTRAINT pack_id CHECK (id ~ '^[a-z][a-z0-9-]{1,62}$'),
    latest_version integer NOT NULL DEFAULT 0,
    version_in_force integer,
    retired_at timestamptz
);

CREATE TABLE audit.pack_version (
    object_id text NOT NULL REFERENCES audit.pack (id),
    version integer NOT NULL CONSTRAINT pack_version_number CHECK (version > 0),
    content jsonb NOT NULL,
    sha256 bytea NOT NULL CONSTRAINT pack_version_sha256 CHECK (octet_length(sha256) = 32),
    state text NOT NULL DEFAULT 'proposed',
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (object_id, version),
    CONSTRAINT pack_version_seen UNIQUE (object_id, version, sha256)
);
CREATE UNIQUE INDEX pack_version_under_way ON audit.pack_version (object_id)
WHERE state IN ('proposed', 'reviewed');
CREATE UNIQUE INDEX pack_version_in_force ON audit.pack_version (object_id)
WHERE state IN ('enforced', 'suspended');

-- Who took which step, and why; bound to what was seen.
CREATE TABLE audit.pack_decision (
    object_id text NOT NULL,
    version integer NOT NULL,
    number integer NOT NULL,
    state text NOT NULL,
    person text NOT NULL,
    entered_by text NOT NULL,
    reason text NOT NULL,
    sha256 bytea NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (object_id, version, number),
    CONSTRAINT pack_decision_seen FOREIGN KEY (object_id, version, sha256)
    REFERENCES audit.pack_version (object_id, version, sha256)
);

CREATE TRIGGER pack_version_life BEFORE INSERT OR UPDATE ON audit.pack_version
FOR EACH ROW EXECUTE FUNCTION access.keep_life('audit.pack_decision');
CREATE TRIGGER pack_decision_apart BEFORE INSERT ON audit.pack_decision
FOR EACH ROW EXECUTE FUNCTION access.keep_life_apart('audit.pack');

-- migrate: rollback
DROP TABLE audit.pack_decision;
DROP TABLE audit.pack_version;
DROP TABLE audit.pack;
