-- name: keep_assessment
-- An assessment, with its number.
INSERT INTO shortcomings.assessment (assessed_at, seconds, days, process, person)
VALUES ($1, $2, $3, $4, $5)
RETURNING number;

-- name: keep_outcomes
-- What came of the checks of an assessment.
INSERT INTO shortcomings.outcome (assessment, "check", state, reason, found, seconds)
SELECT
    $1,
    o.checked,
    o.state,
    o.reason,
    o.found,
    o.seconds
FROM unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::double precision[])
    AS o (checked, state, reason, found, seconds);

-- name: meet
-- What was found now meets what is known: new, worse, still there, or back.
INSERT INTO shortcomings.shortcoming AS s (
    fingerprint,
    "check",
    object,
    state,
    severity,
    evidence,
    value,
    first_value,
    unit,
    threshold,
    figures,
    first_seen, last_seen
)
VALUES ($1, $2, $3, 'open', $4, $5, $6, $6, $7, $8, $9, $10, $10)
ON CONFLICT (fingerprint) DO UPDATE
    SET
        state = CASE
            WHEN s.state IN ('verified', 'closed') THEN 'reopened'
            WHEN s.state = 'snoozed' AND s.snoozed_until < current_date THEN 'open'
            ELSE s.state
        END,
        times_reopened = s.times_reopened + (s.state IN ('verified', 'closed'))::int,
        verified_at = CASE WHEN s.state NOT IN ('verified', 'closed') THEN s.verified_at END,
        severity = excluded.severity,
        evidence = excluded.evidence,
        value = excluded.value,
        unit = excluded.unit,
        threshold = excluded.threshold,
        figures = excluded.figures,
        last_seen = excluded.last_seen,
        clean = 0
RETURNING
    s.state,
    (s.first_seen = $10) AS is_new,
    (s.first_seen < $10 AND s.state = 'reopened') AS is_back;

-- name: not_seen
-- Shortcomings of checks that were asked and did not find them: the second time they are over.
UPDATE shortcomings.shortcoming AS s
SET
    clean = s.clean + 1,
    state = CASE WHEN s.clean >= 1 THEN 'closed' ELSE s.state END
WHERE
    s."check" = any($1::text[])
    AND NOT s.fingerprint = any($2::text[])
    AND s.state IN ('open', 'reopened', 'snoozed', 'raised', 'accepted', 'claimed')
RETURNING s.fingerprint, s.state;

-- name: note_steps
-- What became of shortcomings.
INSERT INTO shortcomings.step (fingerprint, at, state, value, reason, process, person)
SELECT
    n.fingerprint,
    $5,
    n.state,
    n.value,
    n.reason,
    $6,
    $7
FROM
    unnest($1::text[], $2::text[], $3::double precision[], $4::text[])
        AS n (fingerprint, state, value, reason);

-- name: listed
-- Shortcomings in states ($1), or the one of a fingerprint ($3), the worst first.
SELECT
    s.fingerprint,
    s."check" AS checked,
    s.object,
    s.state,
    s.severity,
    s.evidence,
    s.value,
    s.first_value,
    s.last_value,
    s.unit,
    s.threshold,
    s.figures,
    s.impact,
    s.first_seen,
    s.last_seen,
    s.times_reopened,
    s.snoozed_until,
    s.before_value,
    s.promised_value,
    s.verified_at,
    s.false_fixes
FROM shortcomings.shortcoming AS s
WHERE
    ($1::text[] IS NULL OR s.state = any($1))
    AND ($3::text IS NULL OR s.fingerprint = $3)
ORDER BY s.severity, s.last_seen DESC, s."check", s.object
LIMIT $2;

-- name: hold
-- Hold a shortcoming for whoever decides on it, to the end of the transaction.
SELECT s.fingerprint
FROM shortcomings.shortcoming AS s
WHERE s.fingerprint = $1
FOR UPDATE;

-- name: steps
-- What became of a shortcoming, in order.
SELECT
    p.at,
    p.state,
    p.value,
    p.reason,
    p.process,
    p.person
FROM shortcomings.step AS p
WHERE p.fingerprint = $1
ORDER BY p.number;

-- name: last_outcomes
-- What came of every check in the last assessment.
SELECT
    a.assessed_at,
    a.days,
    o."check" AS checked,
    o.state,
    o.reason,
    o.found,
    o.seconds
FROM shortcomings.outcome AS o
INNER JOIN shortcomings.assessment AS a ON o.assessment = a.number
WHERE o.assessment = (SELECT max(l.number) FROM shortcomings.assessment AS l)
ORDER BY o."check";

-- name: last_number
-- The number of the last assessment.
SELECT coalesce(max(a.number), 0) FROM shortcomings.assessment AS a;

-- name: scoreboard
-- How many shortcomings came to what: those that a fix ended, those that were none; the means of
-- what was promised and achieved, as shares of the value before.
SELECT
    count(*) AS found,
    count(*) FILTER (
        WHERE EXISTS (
            SELECT FROM shortcomings.ticket AS t
            WHERE t.fingerprint = s.fingerprint
        )
    ) AS raised,
    count(*) FILTER (WHERE s.state = 'accepted') AS accepted,
    count(*) FILTER (WHERE s.verified_at IS NOT NULL) AS verified,
    count(*) FILTER (WHERE s.state = 'closed' AND s.verified_at IS NULL) AS closed,
    count(*) FILTER (WHERE s.state = 'rejected') AS rejected,
    coalesce(sum(s.times_reopened), 0) AS reopened,
    coalesce(sum(s.false_fixes), 0) AS false_fixes,
    avg((s.before_value - s.promised_value) / nullif(s.before_value, 0))
    FILTER (WHERE s.verified_at IS NOT NULL) AS promised,
    avg((s.before_value - coalesce(s.last_value, 0)) / nullif(s.before_value, 0))
    FILTER (WHERE s.verified_at IS NOT NULL) AS achieved
FROM shortcomings.shortcoming AS s;

-- name: scores
-- What was verified, what was none, and what was said to be mended and was not, last seen first.
SELECT
    s.fingerprint,
    s."check" AS checked,
    s.object,
    s.unit,
    s.before_value,
    s.promised_value,
    s.last_value,
    s.verified_at,
    s.false_fixes,
    (s.state = 'rejected') AS is_wrong
FROM shortcomings.shortcoming AS s
WHERE s.verified_at IS NOT NULL OR s.state = 'rejected' OR s.false_fixes > 0
ORDER BY s."check", s.last_seen DESC, s.fingerprint
LIMIT $1;
