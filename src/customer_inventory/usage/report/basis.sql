-- name: basis
-- What reports are made of, told by its marks: where the meter is, which looks and statements are
-- the last.
SELECT
    m.place,
    (SELECT max(e.hour) FROM usage.effort AS e) AS effort_at,
    (SELECT max(s.at) FROM usage.stored AS s) AS stored_at,
    (SELECT max(a.changed_at) FROM usage.anomaly AS a) AS anomaly_at,
    (SELECT max(d.number) FROM usage.declaration AS d) AS declaration,
    (SELECT count(*) FROM usage.statement) AS statements
FROM usage.metered AS m;
