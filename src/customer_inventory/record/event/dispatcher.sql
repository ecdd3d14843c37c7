-- name: lock_subscription
-- Be the one who tells a subscription, as long as this connection lasts; false if another is.
SELECT pg_try_advisory_lock($1::integer, $2::integer);

-- name: unlock_subscription
-- Let others tell a subscription.
SELECT pg_advisory_unlock($1::integer, $2::integer);
