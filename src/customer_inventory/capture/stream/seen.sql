-- name: hold_source
-- Let one batch of a source be written at a time, and be durable before it is acknowledged.
SELECT
    set_config('synchronous_commit', 'on', TRUE),
    pg_advisory_xact_lock(hashtextextended('capture.stream ' || $1, 0));

-- name: seen_of
-- Which of the events had their effect.
SELECT s.key
FROM capture.seen AS s
WHERE s.key = ANY($1::bytea[]);

-- name: take_events
-- Keep that the events have their effect now, unless they had it.
INSERT INTO capture.seen (key, slot)
SELECT
    k.key,
    $2
FROM unnest($1::bytea[]) AS k (key)
WHERE NOT EXISTS (
    SELECT FROM capture.seen AS s
    WHERE s.key = k.key
);

-- name: forget_seen
-- Empty a week of the ring.
SELECT capture.forget_seen($1);

-- name: place_refusals
-- Say where refused events stand in their topic.
UPDATE capture.refusal AS r
SET place = p.place
FROM unnest($2::bigint[], $3::text[]) AS p (line, place)
WHERE r.import = $1 AND r.line = p.line;
