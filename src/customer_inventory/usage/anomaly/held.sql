-- name: list_anomalies
-- Anomalies as they are asked for, the latest first.
SELECT
    a.id,
    a.state,
    a.severity,
    a.kind,
    a.process,
    a.about,
    a.observed,
    a.began_at,
    a.ended_at,
    a.evidence::json AS evidence,
    a.reason,
    a.found_at,
    a.changed_at
FROM usage.anomaly AS a
WHERE
    ($1::text[] IS NULL OR a.state = ANY($1))
    AND ($2::text IS NULL OR a.kind = $2)
    AND ($3::text IS NULL OR a.process = $3)
    AND ($4::text IS NULL OR a.severity = $4)
    AND ($5::timestamptz IS NULL OR a.ended_at > $5)
    AND ($6::timestamptz IS NULL OR a.began_at < $6)
    AND ($7::bigint IS NULL OR a.id < $7)
ORDER BY a.id DESC
LIMIT $8;

-- name: one_anomaly
-- One anomaly, with its evidence.
SELECT
    a.id,
    a.state,
    a.severity,
    a.kind,
    a.process,
    a.about,
    a.observed,
    a.began_at,
    a.ended_at,
    a.evidence::json AS evidence,
    a.reason,
    a.found_at,
    a.changed_at
FROM usage.anomaly AS a
WHERE a.id = $1;

-- name: steps_of
-- What became of an anomaly after it was found, in order.
SELECT
    s.number,
    s.state,
    s.process,
    s.person,
    s.purpose,
    s.reason,
    s.taken_at
FROM usage.anomaly_step AS s
WHERE s.anomaly_id = $1
ORDER BY s.number;

-- name: undecided_counts
-- How many anomalies wait to be decided on, by kind and severity.
SELECT
    a.kind,
    a.severity,
    count(*) AS anomalies
FROM usage.anomaly AS a
WHERE a.state IN ('open', 'lookedInto')
GROUP BY a.kind, a.severity;

-- name: last_look
-- When anomalies were last looked for.
SELECT w.looked_at FROM usage.watched AS w;
