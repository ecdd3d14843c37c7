-- How facilities stand: drills with what they proved, and the size of the inventory day by day
-- depends: 0082-repository

-- migrate: apply
SET LOCAL lock_timeout = '1s';

-- Drills: whether the last backup came back, and how long that took.
CREATE TABLE facilities.drill (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ended_at timestamptz NOT NULL DEFAULT now(),
    backup text NOT NULL,
    recovery_seconds double precision NOT NULL,
    point_seconds double precision NOT NULL,
    tables integer NOT NULL,
    counted bigint NOT NULL,
    different text[] NOT NULL,
    audit_errors integer,
    process text NOT NULL,
    person text
);

-- How large the inventory was on a day, in bytes; `free_bytes` on its disk, where we see that.
CREATE TABLE facilities.measured (
    day date PRIMARY KEY,
    database_bytes bigint NOT NULL,
    backup_bytes bigint,
    free_bytes bigint
);

-- migrate: rollback
DROP TABLE facilities.measured;
DROP TABLE facilities.drill;
