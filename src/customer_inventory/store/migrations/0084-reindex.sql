-- Indexes built anew online: what was done of a run, so that one cut short goes on
-- depends: 0083-standing

-- migrate: apply
SET LOCAL lock_timeout = '1s';

-- A run, and the indexes of it that are done. Bytes are those of the index before and after.
CREATE TABLE facilities.reindex_run (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    began_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    indexes text[] NOT NULL,
    process text NOT NULL,
    person text
);

CREATE TABLE facilities.reindexed (
    run bigint NOT NULL REFERENCES facilities.reindex_run (number) ON DELETE CASCADE,
    index_name text NOT NULL,
    seconds double precision NOT NULL,
    bytes_before bigint NOT NULL,
    bytes_after bigint NOT NULL,
    PRIMARY KEY (run, index_name)
);

-- migrate: rollback
DROP TABLE facilities.reindexed;
DROP TABLE facilities.reindex_run;
