-- name: facts_of_server
-- The server's version, and of how many days its statistics were when it was assessed last.
SELECT
    current_setting('server_version') AS version,
    coalesce(
        (
            SELECT a.days FROM shortcomings.assessment AS a
            ORDER BY a.number DESC LIMIT 1
        ), 0
    )::float8
        AS days;
