-- Identity: what each origin says of itself while several are shown as one, and since when
-- depends: 0002-record

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- A record that is, or was, one of several: what it says itself, which is not what is shown.
-- `facts` tells of each attribute who said it last and when. `root` is the record shown for it,
-- `parent` the one it was merged into (none for the root itself). Nothing is here of records that
-- were never merged.
CREATE TABLE record.origin (
    id text NOT NULL,
    bucket smallint NOT NULL,
    type text NOT NULL,
    root text NOT NULL,
    parent text,
    body json NOT NULL,
    facts json NOT NULL,
    PRIMARY KEY (id, bucket),
    CONSTRAINT origin_root CHECK ((parent IS NULL) = (root = id))
);
CREATE INDEX origin_of_root ON record.origin (root, id);

-- Since when an origin was shown as another, until when, and who said so.
CREATE TABLE record.membership (
    origin text NOT NULL,
    bucket smallint NOT NULL,
    type text NOT NULL,
    shown text NOT NULL,
    joined_at timestamptz NOT NULL,
    joined_by text NOT NULL,
    joined_by_person text,
    purpose text NOT NULL,
    left_at timestamptz,
    left_by text,
    left_by_person text,
    PRIMARY KEY (origin, bucket, joined_at),
    CONSTRAINT membership_period CHECK (left_at > joined_at)
);
CREATE INDEX membership_shown ON record.membership (shown);

-- How far a source is trusted: of two that disagree, the one of higher rank is shown where an
-- attribute goes by trust. Sources without a line have rank 0.
CREATE TABLE record.source_trust (
    source text PRIMARY KEY,
    rank integer NOT NULL
);

-- A holder that was replaced by another: of what, from when on, and why.
CREATE TABLE record.transfer (
    id text NOT NULL,
    bucket smallint NOT NULL,
    record_id text NOT NULL,
    record_type text NOT NULL,
    from_id text NOT NULL,
    to_id text NOT NULL,
    kind text NOT NULL
    CONSTRAINT transfer_kind CHECK (kind IN ('sale', 'succession', 'death', 'insolvency')),
    effective_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    PRIMARY KEY (id, bucket)
);
CREATE INDEX transfer_record ON record.transfer (record_id);

-- migrate: rollback
DROP TABLE record.transfer;
DROP TABLE record.source_trust;
DROP TABLE record.membership;
DROP TABLE record.origin;
