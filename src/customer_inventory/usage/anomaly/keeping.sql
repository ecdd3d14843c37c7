-- name: hold_watch
-- How far the ledger was looked at; whoever else looks waits until we are done.
SELECT w.place
FROM usage.watched AS w
FOR UPDATE;

-- name: watched_from
-- How far the ledger was looked at, and how far it is metered.
SELECT
    w.place AS first,
    m.place AS stop
FROM usage.watched AS w
CROSS JOIN usage.metered AS m;

-- name: watched_until
-- The ledger was looked at up to a place.
UPDATE usage.watched
SET place = $1, looked_at = now();

-- name: forget_habits
-- What the ledger tells of processes in hours, or on days, is told anew.
DELETE FROM usage.habit AS h
USING unnest($1::text[], $2::timestamptz[]) AS a (process, starts_at)
WHERE
    h.process = a.process
    AND h.starts_at = a.starts_at
    AND h.measure = ANY($3::text[]);

-- name: forget_old_habits
-- What is older than any habit goes.
DELETE FROM usage.habit AS h
WHERE h.starts_at < $1;

-- name: keep_habits
-- What the ledger tells of processes in hours and on days.
INSERT INTO usage.habit (process, starts_at, measure, about, number)
SELECT
    n.process,
    n.starts_at,
    n.measure,
    n.about,
    n.number
FROM
    unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::bigint[]) AS n (
        process, starts_at, measure, about, number
    );

-- name: near_anomaly
-- The anomaly of a kind that a window lies in, or near if nobody decided of it yet.
SELECT
    a.id,
    a.state,
    a.began_at,
    a.ended_at,
    a.observed,
    a.severity
FROM usage.anomaly AS a
WHERE
    a.process = $1
    AND a.kind = $2
    AND a.about = $3
    AND (
        (a.began_at <= $4 AND a.ended_at > $4)
        OR (
            a.state IN ('open', 'lookedInto')
            AND a.began_at - $6::interval <= $5
            AND a.ended_at + $6::interval >= $4
        )
    )
ORDER BY a.began_at <= $4 AND a.ended_at > $4 DESC, a.began_at DESC
LIMIT 1;

-- name: open_anomaly
-- An anomaly is found.
INSERT INTO usage.anomaly (
    kind, process, about, severity, began_at, ended_at, observed, evidence
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::json::jsonb)
RETURNING id;

-- name: extend_anomaly
-- An anomaly goes on, or shows more of itself.
UPDATE usage.anomaly AS a
SET
    began_at = least(a.began_at, $2),
    ended_at = greatest(a.ended_at, $3),
    severity = CASE $4 WHEN 'high' THEN 'high' ELSE a.severity END,
    observed = coalesce($5, a.observed),
    evidence = coalesce($6::json::jsonb, a.evidence),
    changed_at = now()
WHERE a.id = $1;
