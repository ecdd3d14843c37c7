-- name: add_subscription
-- Register a listener. It begins a little before the newest number, since lower ones may be
-- committed later; the snapshot leaves out what was committed already.
INSERT INTO record.subscription AS s (
    id, kind, api, version, location, record_types, callback, query, terms,
    process, person, purpose, registered_at, seq, since
)
SELECT
    $1, $2, $3, $4::smallint, $5, $6::text[], $7, $8, $9::json, $10, $11, $12, $13,
    greatest(coalesce((SELECT max(o.seq) FROM record.outbox AS o), 0) - 100000, 0),
    pg_current_snapshot()
RETURNING
    s.id, s.number, s.kind, s.api, s.version, s.location, s.record_types, s.callback, s.query,
    s.terms, s.secret, s.process, s.person, s.purpose, s.state, s.seq, s.since::text AS since,
    s.fence, s.attempts, s.failing_since, s.next_attempt_at;

-- name: keep_own
-- Let the broker or a desk of the operator be told, from the oldest event kept if it is new.
INSERT INTO record.subscription AS s (
    id, kind, api, version, location, record_types, callback, process, purpose, registered_at, seq
)
VALUES ($1, $7, $7, 5, $2, $3::text[], '', $4, $5, $6, 0)
ON CONFLICT (id) DO UPDATE
    SET
        location = excluded.location,
        record_types = excluded.record_types,
        state = CASE WHEN s.reason = $8 THEN 'active' ELSE s.state END,
        reason = nullif(s.reason, $8);

-- name: rest_own
-- Tell the broker or a desk of the operator nothing while none is set.
UPDATE record.subscription
SET state = 'suspended', reason = $2
WHERE id = $1 AND state = 'active';

-- name: subscription_by_id
-- One subscription.
SELECT
    s.id, s.number, s.kind, s.api, s.version, s.location, s.record_types, s.callback, s.query,
    s.terms, s.secret, s.process, s.person, s.purpose, s.state, s.seq, s.since::text AS since,
    s.fence, s.attempts, s.failing_since, s.next_attempt_at
FROM record.subscription AS s
WHERE s.id = $1;

-- name: active_subscriptions
-- Every subscription that is to be told.
SELECT
    s.id, s.number, s.kind, s.api, s.version, s.location, s.record_types, s.callback, s.query,
    s.terms, s.secret, s.process, s.person, s.purpose, s.state, s.seq, s.since::text AS since,
    s.fence, s.attempts, s.failing_since, s.next_attempt_at
FROM record.subscription AS s
WHERE s.state = 'active'
ORDER BY s.number;

-- name: subscriptions_of_process
-- What one process registered.
SELECT
    s.id, s.number, s.kind, s.api, s.version, s.location, s.record_types, s.callback, s.query,
    s.terms, s.secret, s.process, s.person, s.purpose, s.state, s.seq, s.since::text AS since,
    s.fence, s.attempts, s.failing_since, s.next_attempt_at
FROM record.subscription AS s
WHERE s.process = $1 AND s.kind = 'hub'
ORDER BY s.number;

-- name: take_over_subscription
-- Take over the telling of a subscription: the fence grows.
UPDATE record.subscription AS s
SET fence = s.fence + 1
WHERE s.id = $1 AND s.state = 'active'
RETURNING
    s.id, s.number, s.kind, s.api, s.version, s.location, s.record_types, s.callback, s.query,
    s.terms, s.secret, s.process, s.person, s.purpose, s.state, s.seq, s.since::text AS since,
    s.fence, s.attempts, s.failing_since, s.next_attempt_at;

-- name: remove_subscription
-- End a subscription of a process, with what was held for it.
DELETE FROM record.subscription
WHERE id = $1 AND process = $2 AND kind = 'hub'
RETURNING id;

-- name: subscription_lags
-- For how many seconds the oldest event waits that a subscription was not told of; the given up.
SELECT
    s.id,
    s.process,
    coalesce(
        extract(
            EPOCH FROM now() - least(
                (
                    SELECT o.recorded_at FROM record.outbox AS o
                    WHERE o.seq > s.seq
                    ORDER BY o.seq
                    LIMIT 1
                ),
                (
                    SELECT min(d.recorded_at) FROM record.delivery AS d
                    WHERE d.subscription = s.id AND d.state = 'waiting'
                )
            )
        ),
        0
    )::float8 AS seconds,
    (
        SELECT count(*) FROM record.delivery AS d
        WHERE d.subscription = s.id AND d.state = 'dead'
    ) AS dead
FROM record.subscription AS s
ORDER BY s.number;

-- name: subscription_standing
-- How it goes with every subscription, of one process if one is named.
SELECT
    s.id,
    s.kind,
    s.api,
    s.version,
    s.callback,
    s.query,
    s.record_types,
    s.process,
    s.purpose,
    s.registered_at,
    CASE
        WHEN s.state = 'suspended' THEN 'suspended'
        WHEN s.attempts > 0 OR held.waiting > 0 THEN 'failing'
        ELSE 'healthy'
    END AS health,
    s.reason,
    s.attempts,
    s.failing_since,
    s.next_attempt_at,
    s.last_delivered_at,
    s.delivered,
    s.seq,
    greatest(coalesce((SELECT max(o.seq) FROM record.outbox AS o), 0) - s.seq, 0) AS behind,
    held.waiting,
    held.dead,
    s.secret IS NOT NULL AS signed
FROM record.subscription AS s
CROSS JOIN
    LATERAL (
        SELECT
            count(*) FILTER (WHERE d.state = 'waiting') AS waiting,
            count(*) FILTER (WHERE d.state = 'dead') AS dead
        FROM record.delivery AS d
        WHERE d.subscription = s.id
    ) AS held
WHERE $1::text IS NULL OR s.process = $1::text
ORDER BY s.number;

-- name: replay_subscription
-- Set the cursor back (or forth), and let what waits beyond it be told from the outbox again.
WITH moved AS (
    UPDATE record.subscription
    SET
        seq = $2::bigint,
        since = NULL,
        fence = fence + 1,
        state = 'active',
        reason = NULL,
        attempts = 0,
        failing_since = NULL,
        next_attempt_at = NULL
    WHERE id = $1
    RETURNING id
),

unheld AS (
    DELETE FROM record.delivery AS d
    USING moved
    WHERE d.subscription = moved.id AND d.state = 'waiting' AND d.seq > $2::bigint
)

SELECT id FROM moved;

-- name: resume_subscription
-- Tell a subscription again, from where it was, without waiting.
WITH resumed AS (
    UPDATE record.subscription
    SET
        fence = fence + 1,
        state = 'active',
        reason = NULL,
        attempts = 0,
        failing_since = NULL,
        next_attempt_at = NULL
    WHERE id = $1
    RETURNING id
),

due AS (
    UPDATE record.delivery AS d
    SET next_attempt_at = 'epoch', failing_since = NULL, attempts = 0
    FROM resumed
    WHERE d.subscription = resumed.id AND d.state = 'waiting' AND d.next_attempt_at IS NOT NULL
)

SELECT id FROM resumed;

-- name: set_secret
-- Sign with another secret from now on.
UPDATE record.subscription
SET secret = $2, fence = fence + 1
WHERE id = $1
RETURNING id;
