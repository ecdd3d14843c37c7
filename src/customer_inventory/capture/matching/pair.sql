-- name: keep_pairs
-- Pairs that were found; of those that are known what is found anew, never what was decided.
INSERT INTO capture.pair AS p (
    one_id, other_id, bucket, record_type, probability, weight, reasons, conflicts, cluster,
    model, found_at_entry, checked_id, checked
)
SELECT
    k.one_id,
    k.other_id,
    k.bucket,
    $1,
    k.probability,
    k.weight,
    k.reasons::json,
    string_to_array(k.conflicts, ' '),
    k.cluster,
    $2,
    $3,
    $4,
    $5::text::json
FROM
    unnest(
        $6::text[], $7::text[], $8::smallint[], $9::float8[], $10::float8[], $11::text[],
        $12::text[], $13::text[]
    ) AS k (one_id, other_id, bucket, probability, weight, reasons, conflicts, cluster)
ON CONFLICT (one_id, other_id, bucket) DO UPDATE SET
    probability = excluded.probability,
    weight = excluded.weight,
    reasons = excluded.reasons,
    conflicts = excluded.conflicts,
    cluster = coalesce(excluded.cluster, p.cluster),
    model = excluded.model
WHERE p.state IN ('open', 'later', 'obsolete');

-- name: pairs_waiting
-- The next pairs of some types in a state, the likest first, after a position.
SELECT
    p.one_id,
    p.other_id,
    p.record_type,
    p.probability,
    p.weight,
    p.reasons,
    p.conflicts,
    p.cluster,
    p.model,
    p.found_at_entry,
    p.checked_id,
    p.checked,
    p.state,
    p.found_at,
    p.person,
    p.reason,
    p.decided_at
FROM capture.pair AS p
WHERE
    p.record_type = ANY($1::text[]) AND p.state = $2
    AND (-p.probability, p.one_id, p.other_id) > (-$3::float8, $4::text, $5::text)
ORDER BY p.probability DESC, p.one_id ASC, p.other_id ASC
LIMIT $6;

-- name: pair_of
-- One pair.
SELECT
    p.one_id,
    p.other_id,
    p.record_type,
    p.probability,
    p.weight,
    p.reasons,
    p.conflicts,
    p.cluster,
    p.model,
    p.found_at_entry,
    p.checked_id,
    p.checked,
    p.state,
    p.found_at,
    p.person,
    p.reason,
    p.decided_at
FROM capture.pair AS p
WHERE p.one_id = $1 AND p.other_id = $2 AND p.bucket = $3;

-- name: decide_pair
-- What was decided of a pair, and who decided it.
UPDATE capture.pair AS p
SET
    state = $4,
    process = $5,
    person = $6,
    purpose = $7,
    reason = $8,
    decided_at = now()
WHERE p.one_id = $1 AND p.other_id = $2 AND p.bucket = $3;

-- name: told_apart
-- Which of these records are known not to be of one subject, with which.
SELECT
    p.one_id,
    p.other_id
FROM capture.pair AS p
WHERE
    p.state = 'notSame'
    AND (p.one_id = ANY($1::text[]) OR p.other_id = ANY($1::text[]));

-- name: close_pairs
-- Pairs of records that are gone or are one by now are asked about no more.
UPDATE capture.pair AS p
SET
    state = k.state,
    decided_at = now()
FROM
    unnest($1::text[], $2::text[], $3::smallint[], $4::text[])
        AS k (one_id, other_id, bucket, state)
WHERE
    p.one_id = k.one_id AND p.other_id = k.other_id AND p.bucket = k.bucket
    AND p.state IN ('open', 'later');

-- name: forget_checked
-- Forget documents that were only checked, once their pair was decided or so many days after.
DELETE FROM capture.pair AS p
WHERE
    p.checked IS NOT NULL
    AND (
        p.state NOT IN ('open', 'later')
        OR p.found_at < now() - make_interval(days => $1)
    );
