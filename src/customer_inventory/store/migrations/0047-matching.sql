-- Matching: models of what tells subjects apart, and pairs of records that may be of one subject
-- depends: 0043-register

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- What the levels of comparisons weigh, byte for byte: the hash is of that.
-- The latest of a type is in force; none is ever changed.
CREATE TABLE capture.match_model (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    record_type text NOT NULL,
    sha256 bytea NOT NULL CONSTRAINT match_model_sha256 CHECK (octet_length(sha256) = 32),
    content json NOT NULL,
    training json NOT NULL,
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    trained_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX match_model_of_type ON capture.match_model (record_type, number DESC);

-- Two records that may be of one subject, the smaller id first. One that was checked without being
-- captured is a document of its own (`checked`) under the id that it was given (`checked_id`).
-- What was decided stays: nobody is asked again.
CREATE TABLE capture.pair (
    one_id text NOT NULL,
    other_id text NOT NULL,
    bucket smallint NOT NULL,
    record_type text NOT NULL,
    probability double precision NOT NULL
    CONSTRAINT pair_probability CHECK (probability BETWEEN 0 AND 1),
    weight double precision NOT NULL,
    reasons json NOT NULL,
    conflicts text[] NOT NULL DEFAULT '{}',
    cluster text,
    model text NOT NULL,
    found_at_entry boolean NOT NULL DEFAULT FALSE,
    checked_id text,
    checked json,
    state text NOT NULL DEFAULT 'open'
    CONSTRAINT pair_state CHECK (state IN ('open', 'later', 'merged', 'notSame', 'obsolete')),
    found_at timestamptz NOT NULL DEFAULT now(),
    process text,
    person text,
    purpose text,
    reason text,
    decided_at timestamptz,
    PRIMARY KEY (one_id, other_id, bucket),
    CONSTRAINT pair_order CHECK (one_id < other_id)
);
CREATE INDEX pair_waiting ON capture.pair (record_type, state, probability DESC, one_id, other_id);
CREATE INDEX pair_other ON capture.pair (other_id);

-- migrate: rollback
DROP TABLE capture.pair;
DROP TABLE capture.match_model;
