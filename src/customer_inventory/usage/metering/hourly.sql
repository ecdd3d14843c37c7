-- name: hold_meter
-- How far the ledger is metered; whoever else meters or closes a month waits until we are done.
SELECT
    m.place,
    m.missed,
    m.metered_at
FROM usage.metered AS m
FOR UPDATE;

-- name: closed_months
-- Months of which a statement was made.
SELECT s.month
FROM usage.statement AS s
WHERE s.number = 0;

-- name: add_hours
-- Sums are added to what their hour has.
INSERT INTO usage.hourly AS h (
    hour, process, purpose, operation, record_type, is_late,
    requests, errors, denied, records, bytes
)
SELECT
    n.hour,
    n.process,
    n.purpose,
    n.operation,
    n.record_type,
    n.is_late,
    n.requests,
    n.errors,
    n.denied,
    n.records,
    n.bytes
FROM
    unnest(
        $1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[],
        $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[]
    ) AS n (
        hour, process, purpose, operation, record_type, is_late, requests, errors, denied, records,
        bytes
    )
ON CONFLICT (hour, process, purpose, operation, record_type, is_late) DO UPDATE
    SET
        requests = h.requests + excluded.requests,
        errors = h.errors + excluded.errors,
        denied = h.denied + excluded.denied,
        records = h.records + excluded.records,
        bytes = h.bytes + excluded.bytes;

-- name: drop_hours
-- Forget the sums of hours from one instant on: they are counted anew.
DELETE FROM usage.hourly AS h
WHERE h.hour >= $1;

-- name: metered_until
-- The ledger is metered up to a place.
UPDATE usage.metered AS m
SET
    place = $1,
    missed = m.missed + $2,
    metered_at = now();

-- name: summed
-- What was used between two instants, late or in time, by all but the hour.
SELECT
    h.process,
    h.purpose,
    h.operation,
    h.record_type,
    sum(h.requests)::bigint AS requests,
    sum(h.errors)::bigint AS errors,
    sum(h.denied)::bigint AS denied,
    sum(h.records)::bigint AS records,
    sum(h.bytes)::bigint AS bytes
FROM usage.hourly AS h
WHERE h.hour >= $1 AND h.hour < $2
GROUP BY h.process, h.purpose, h.operation, h.record_type
ORDER BY h.process, h.purpose, h.operation, h.record_type;

-- name: summed_by_day
-- What was used between two instants, day by day and by operation; of one process, purpose,
-- operation or record type where these are told.
SELECT
    date_trunc('day', h.hour, 'UTC') AS day,
    h.operation,
    sum(h.requests)::bigint AS requests,
    sum(h.errors)::bigint AS errors,
    sum(h.denied)::bigint AS denied,
    sum(h.records)::bigint AS records,
    sum(h.bytes)::bigint AS bytes
FROM usage.hourly AS h
WHERE
    h.hour >= $1
    AND h.hour < $2
    AND ($3::text IS NULL OR h.process = $3)
    AND ($4::text IS NULL OR h.purpose = $4)
    AND ($5::text IS NULL OR h.operation = $5)
    AND ($6::text IS NULL OR h.record_type = $6)
GROUP BY date_trunc('day', h.hour, 'UTC'), h.operation
ORDER BY date_trunc('day', h.hour, 'UTC'), h.operation;
