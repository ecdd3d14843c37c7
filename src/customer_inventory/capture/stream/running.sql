-- name: position_of
-- How far an import of a stream is: after a failure nobody knows what was committed.
SELECT
    i.next_line,
    i.next_offset,
    i.read_sha256,
    i.rows_read,
    i.rows_refused,
    i.records,
    i.undeclared
FROM capture.import AS i
WHERE i.id = $1;

-- name: tell_state
-- Say how a stream is.
INSERT INTO capture.stream AS s (
    import, name, broker, topic, state, reason, duplicates, late, skipped, event_at, behind
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (import) DO UPDATE
    SET
        state = excluded.state,
        reason = excluded.reason,
        duplicates = excluded.duplicates,
        late = excluded.late,
        skipped = excluded.skipped,
        event_at = coalesce(excluded.event_at, s.event_at),
        behind = excluded.behind,
        told_at = now();

-- name: list_streams
-- How each stream is, by the latest start of it that was heard of; one that has not been heard of
-- for so many seconds is lost.
SELECT
    s.name,
    CASE
        WHEN s.state <> 'stopped' AND s.told_at < now() - make_interval(secs => $1) THEN 'lost'
        ELSE s.state
    END AS state,
    s.reason,
    s.broker,
    s.topic,
    s.behind,
    i.rows_read AS events,
    i.rows_refused AS refused,
    s.duplicates,
    s.late,
    s.skipped,
    s.event_at,
    s.told_at,
    s.import,
    i.process,
    i.purpose
FROM (
    SELECT DISTINCT ON (n.name) n.*
    FROM capture.stream AS n
    ORDER BY n.name, n.told_at DESC
) AS s
INNER JOIN capture.import AS i ON s.import = i.id
ORDER BY s.name;

-- name: end_stream
-- End the import of a stream.
UPDATE capture.import
SET ended_at = now()
WHERE id = $1;
