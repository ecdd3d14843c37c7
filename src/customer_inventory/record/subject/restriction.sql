-- name: place_restriction
-- Place a restriction, with the records that it keeps back from now on.
WITH placed AS (
    INSERT INTO record.restriction (
        id, bucket, subject_id, reason, request_id, purposes, process, person, purpose, placed_at
    )
    VALUES ($1, $2, $3, $4, $5, $6::text[], $7, $8, $9, $10)
    RETURNING id, purposes, placed_at
),

kept AS (
    INSERT INTO record.restricted (id, bucket, restriction, type, purposes, since)
    SELECT
        k.id,
        k.bucket,
        p.id AS restriction,
        k.type,
        p.purposes,
        p.placed_at
    FROM placed AS p
    CROSS JOIN unnest($11::text[], $12::smallint[], $13::text[]) AS k (id, bucket, type)
)

SELECT pg_current_xact_id()::text::bigint AS xid
FROM placed;

-- name: oldest_running
-- The lowest transaction id that is still running.
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint;

-- name: lift_restriction
-- Lift a restriction in force: nothing is kept back by it any more.
WITH lifted AS (
    UPDATE record.restriction AS x
    SET
        lifted_at = $3,
        lifted_process = $4,
        lifted_person = $5,
        lifted_reason = $6,
        informed = $7
    WHERE x.id = $1 AND x.bucket = $2 AND x.lifted_at IS NULL
    RETURNING x.*
),

freed AS (
    DELETE FROM record.restricted AS k
    USING lifted
    WHERE k.restriction = lifted.id
    RETURNING k.id
),

-- What listeners have not been told meanwhile is due now; later events of a record follow it.
woken AS (
    UPDATE record.delivery AS d
    SET next_attempt_at = $3
    FROM freed AS f
    WHERE d.id = f.id AND d.state = 'waiting' AND d.next_attempt_at IS NOT NULL
)

SELECT
    x.id,
    x.subject_id,
    x.reason,
    x.request_id,
    x.purposes,
    x.process,
    x.person,
    x.placed_at,
    x.lifted_at,
    x.lifted_process,
    x.lifted_person,
    x.lifted_reason,
    x.informed,
    (SELECT count(*) FROM freed) AS records
FROM lifted AS x;

-- name: one_restriction
-- A restriction, and how many records it keeps back.
SELECT
    x.id,
    x.subject_id,
    x.reason,
    x.request_id,
    x.purposes,
    x.process,
    x.person,
    x.placed_at,
    x.lifted_at,
    x.lifted_process,
    x.lifted_person,
    x.lifted_reason,
    x.informed,
    (
        SELECT count(*) FROM record.restricted AS k
        WHERE k.restriction = x.id AND k.left_at IS NULL
    ) AS records
FROM record.restriction AS x
WHERE x.id = $1 AND x.bucket = $2;

-- name: list_restrictions
-- Restrictions, newest first; with $1 those in force.
SELECT
    x.id,
    x.subject_id,
    x.reason,
    x.request_id,
    x.purposes,
    x.process,
    x.person,
    x.placed_at,
    x.lifted_at,
    x.lifted_process,
    x.lifted_person,
    x.lifted_reason,
    x.informed,
    (
        SELECT count(*) FROM record.restricted AS k
        WHERE k.restriction = x.id AND k.left_at IS NULL
    ) AS records
FROM record.restriction AS x
WHERE NOT $1::boolean OR x.lifted_at IS NULL
ORDER BY x.placed_at DESC, x.id
LIMIT $2;

-- name: restriction_to_settle
-- Whom a restriction in force is of, and a snapshot: what is written since is not settled.
SELECT
    x.subject_id,
    pg_current_snapshot()::text AS snapshot
FROM record.restriction AS x
WHERE x.id = $1 AND x.bucket = $2 AND x.lifted_at IS NULL;

-- name: settle_restriction
-- Let a restriction in force keep back these records, and those it came to keep back since
-- the snapshot $3.
WITH placed AS (
    SELECT
        x.id,
        x.purposes
    FROM record.restriction AS x
    WHERE x.id = $1 AND x.bucket = $2 AND x.lifted_at IS NULL
    FOR UPDATE
),

owned AS (
    SELECT
        k.id,
        k.bucket,
        k.type
    FROM unnest($4::text[], $5::smallint[], $6::text[]) AS k (id, bucket, type)
),

gone AS (
    UPDATE record.restricted AS k
    SET left_at = $7
    FROM placed AS p
    WHERE
        k.restriction = p.id AND k.left_at IS NULL
        AND pg_visible_in_snapshot(k.xid, $3::text::pg_snapshot)
        AND k.id NOT IN (SELECT o.id FROM owned AS o)
)

INSERT INTO record.restricted AS k (id, bucket, restriction, type, purposes, since)
SELECT
    o.id,
    o.bucket,
    p.id AS restriction,
    o.type,
    p.purposes,
    clock_timestamp()
FROM placed AS p
CROSS JOIN owned AS o
ON CONFLICT (id, bucket, restriction) DO UPDATE
    SET left_at = NULL, since = excluded.since, xid = excluded.xid
    WHERE k.left_at IS NOT NULL;

-- name: restrictions_on
-- The restrictions that keep back any of these records.
SELECT DISTINCT x.restriction
FROM record.restricted AS x
WHERE x.id = ANY($1::text[]);

-- name: spread_restrictions
-- Let what keeps back any of these records keep back the one that is shown for them, too.
INSERT INTO record.restricted AS k (id, bucket, restriction, type, purposes, since)
SELECT DISTINCT
    $2::text,
    $3::smallint,
    x.restriction,
    $4::text,
    x.purposes,
    clock_timestamp()
FROM record.restricted AS x
WHERE x.id = ANY($1::text[]) AND x.left_at IS NULL
ON CONFLICT (id, bucket, restriction) DO UPDATE
    SET left_at = NULL, since = excluded.since, xid = excluded.xid
    WHERE k.left_at IS NOT NULL;

-- name: restriction_of_record
-- The first restriction that keeps a record, if it is of one of the types $4, from a purpose ($3).
SELECT
    x.type,
    x.since,
    x.purposes
FROM record.restricted AS x
WHERE
    x.id = $1 AND x.bucket = $2 AND x.left_at IS NULL
    AND $3::text <> ALL(x.purposes)
    AND x.type = ANY($4::text[])
ORDER BY x.since
LIMIT 1;

-- name: restricted_among
-- Which of these records are kept from a purpose.
SELECT DISTINCT x.id
FROM record.restricted AS x
WHERE x.id = ANY($1::text[]) AND x.left_at IS NULL AND $2::text <> ALL(x.purposes);
