-- name: decide_anomaly
-- What is decided of an anomaly, with who decided it and why.
WITH decided AS (
    UPDATE usage.anomaly AS a
    SET
        state = $2,
        reason = $3,
        changed_at = now()
    WHERE a.id = $1 AND a.state <> $2
    RETURNING a.id
)

INSERT INTO usage.anomaly_step (anomaly_id, number, state, process, person, purpose, reason)
SELECT
    d.id,
    1 + (
        SELECT count(*) FROM usage.anomaly_step AS s
        WHERE s.anomaly_id = d.id
    ),
    $2,
    $4,
    $5,
    $6,
    $3
FROM decided AS d
RETURNING number;

-- name: is_there
-- Whether there is an anomaly of a number.
SELECT exists(
    SELECT FROM usage.anomaly AS a
    WHERE a.id = $1
);
