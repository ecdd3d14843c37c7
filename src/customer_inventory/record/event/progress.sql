-- name: advance
-- Move the cursor and keep how it goes; nothing when somebody else has taken over.
UPDATE record.subscription
SET
    seq = greatest(seq, $3::bigint),
    attempts = $4::integer,
    failing_since = $5::timestamptz,
    next_attempt_at = $6::timestamptz,
    reason = $7::text,
    state = $8::text,
    delivered = delivered + $9::bigint,
    last_delivered_at = CASE WHEN $9::bigint > 0 THEN $10::timestamptz ELSE last_delivered_at END
WHERE id = $1 AND fence = $2::bigint
RETURNING seq;

-- name: hold
-- Keep what was not taken, with its next attempt; those behind the first of a record have none.
INSERT INTO record.delivery AS d (
    subscription, seq, bucket, id, type, revision, event, recorded_at, others,
    state, attempts, failing_since, next_attempt_at, reason
)
SELECT $1, h.*
FROM
    unnest(
        $2::bigint[], $3::smallint[], $4::text[], $5::text[], $6::bigint[], $7::text[],
        $8::timestamptz[], $9::text[], $10::text[], $11::integer[], $12::timestamptz[],
        $13::timestamptz[], $14::text[]
    ) AS h
ON CONFLICT (subscription, seq, bucket) DO UPDATE
    SET
        state = excluded.state,
        attempts = excluded.attempts,
        failing_since = excluded.failing_since,
        next_attempt_at = excluded.next_attempt_at,
        reason = excluded.reason;

-- name: release
-- What was held has been taken.
DELETE FROM record.delivery
WHERE subscription = $1 AND seq = ANY($2::bigint[]) AND state = 'waiting';

-- name: make_next_due
-- The first that still waits for each of some records is tried next.
UPDATE record.delivery AS d
SET next_attempt_at = $3::timestamptz
FROM (
    SELECT DISTINCT ON (w.id)
        w.seq,
        w.bucket
    FROM record.delivery AS w
    WHERE w.subscription = $1 AND w.id = ANY($2::text[]) AND w.state = 'waiting'
    ORDER BY w.id, w.seq
) AS first
WHERE
    d.subscription = $1 AND d.seq = first.seq AND d.bucket = first.bucket
    AND d.next_attempt_at IS NULL;

-- name: due
-- What waits for records whose turn has come, in order; of so many records.
SELECT
    d.seq,
    d.bucket,
    d.id,
    d.type,
    d.revision,
    d.event,
    d.recorded_at,
    d.others,
    d.attempts,
    d.failing_since
FROM record.delivery AS d
WHERE
    d.subscription = $1
    AND d.state = 'waiting'
    AND d.id IN (
        SELECT f.id
        FROM record.delivery AS f
        WHERE
            f.subscription = $1 AND f.state = 'waiting'
            AND f.next_attempt_at <= $2::timestamptz
        ORDER BY f.next_attempt_at
        LIMIT $3::integer
    )
ORDER BY d.seq
LIMIT $4::integer;

-- name: waiting_records
-- Which of some records have something that waits.
SELECT DISTINCT d.id
FROM record.delivery AS d
WHERE d.subscription = $1 AND d.state = 'waiting' AND d.id = ANY($2::text[]);

-- name: dead_letters
-- Dead letters, of one subscription if one is named and one process, oldest first after a number.
SELECT
    d.subscription,
    d.seq,
    d.type AS record_type,
    d.id AS record_id,
    d.revision,
    d.event,
    d.recorded_at,
    d.attempts,
    d.failing_since,
    d.reason
FROM record.delivery AS d
INNER JOIN record.subscription AS s ON d.subscription = s.id
WHERE
    d.state = 'dead'
    AND ($1::text IS NULL OR d.subscription = $1::text)
    AND ($2::text IS NULL OR s.process = $2::text)
    AND d.seq > $3::bigint
ORDER BY d.seq, d.subscription
LIMIT $4::integer;

-- name: revive
-- Let dead letters of a subscription wait for another attempt, all or some.
UPDATE record.delivery
SET state = 'waiting', attempts = 0, failing_since = NULL, next_attempt_at = 'epoch'
WHERE
    subscription = $1 AND state = 'dead'
    AND ($2::bigint[] IS NULL OR seq = ANY($2::bigint[]));

-- name: forget_dead
-- Remove dead letters of events that were recorded before an instant.
DELETE FROM record.delivery
WHERE state = 'dead' AND recorded_at < $1::timestamptz;
