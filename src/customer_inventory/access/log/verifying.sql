-- name: log_id
-- The id of the log.
SELECT g.id FROM access.log AS g;

-- name: sealed_entries
-- Every sealed entry before a place, in order.
SELECT
    l.number,
    l.at,
    l.written_at,
    l.writer,
    l.writer_entry,
    l.process,
    l.person,
    l.purpose,
    l.operation,
    l.record_type,
    l.record_ids,
    l.record_count,
    l.status,
    l.decision,
    l.bytes,
    l.source,
    l.rule,
    l.groups,
    l.reason,
    l.salt,
    l.opened,
    l.form,
    l.leaf
FROM access.sealed AS l
WHERE l.number < $1
ORDER BY l.number;

-- name: every_checkpoint
-- Every checkpoint kept here, smallest first.
SELECT
    c.size,
    c.edge,
    c.note
FROM access.checkpoint AS c
ORDER BY c.size;

-- name: leaves_until
-- The hashes of the first leaves, in order.
SELECT
    l.number,
    l.leaf
FROM access.sealed AS l
WHERE l.number < $1
ORDER BY l.number;

-- name: oldest_waiting
-- Since when the oldest segment waits to be sealed.
SELECT min(s.recorded_at) FROM access.segment AS s;
