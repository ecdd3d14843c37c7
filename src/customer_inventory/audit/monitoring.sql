-- name: last_ended
-- When the last run ended.
SELECT max(r.ended_at)
FROM audit.run AS r
WHERE r.state = 'done';
