-- name: last_due
-- When a process began last, or came into force since: from there its schedule counts.
SELECT
    greatest(
        (
            SELECT max(r.began_at) FROM capture.run AS r
            WHERE r.process_id = $1
        ),
        (
            SELECT max(d.decided_at)
            FROM capture.process_decision AS d
            WHERE d.object_id = $1 AND d.state = 'enforced'
        )
    );
