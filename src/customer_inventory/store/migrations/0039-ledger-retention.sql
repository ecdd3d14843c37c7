-- Ranges of the sealed ledger that were retired: what proves the rest, signed
-- depends: 0031-log

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- A month of sealed entries that is gone. `subtrees` holds the places and hashes from which every
-- checkpoint is made as before, `statement` says what was retired, by whom and by which rule, and
-- `signature` is of that statement, by the key of the ledger.
CREATE TABLE access.retired (
    first_place bigint PRIMARY KEY,
    last_place bigint NOT NULL,
    entries bigint NOT NULL,
    subtrees bytea NOT NULL,
    statement text NOT NULL,
    signature json NOT NULL,
    retired_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT retired_places CHECK (entries BETWEEN 1 AND last_place - first_place + 1)
);

-- By which form the leaf of an entry was made (access/log/leaf.py).
ALTER TABLE access.sealed ADD COLUMN form smallint NOT NULL DEFAULT 1;

-- migrate: rollback
DO $$
BEGIN
    IF EXISTS (SELECT FROM access.retired) THEN
        RAISE EXCEPTION 'ranges of the ledger were retired: without access.retired nothing proves the rest';
    END IF;
    IF EXISTS (SELECT FROM access.sealed AS l WHERE l.form <> 1) THEN
        RAISE EXCEPTION 'entries were sealed by a form that the version before does not know';
    END IF;
END
$$;
ALTER TABLE access.sealed DROP COLUMN form;
DROP TABLE access.retired;
