-- name: sizes
-- What the tables of rooms take on disk; the parts of a partitioned table together, in its name.
SELECT
    n.nspname || '.' || w.relname AS relation,
    sum(pg_relation_size(c.oid))::bigint AS heap_bytes,
    sum(pg_indexes_size(c.oid))::bigint AS index_bytes,
    sum(CASE WHEN c.reltoastrelid = 0 THEN 0 ELSE pg_total_relation_size(c.reltoastrelid) END)
    ::bigint AS toast_bytes
FROM pg_class AS c
INNER JOIN pg_class AS w ON w.oid = coalesce(pg_partition_root(c.oid), c.oid)
INNER JOIN pg_namespace AS n ON w.relnamespace = n.oid
WHERE
    c.relkind = 'r'
    AND n.nspname NOT LIKE 'pg\_%'
    AND n.nspname NOT IN ('information_schema', 'public')
GROUP BY n.nspname, w.relname
ORDER BY n.nspname, w.relname;

-- name: keep_sizes
-- A look at the sizes; the same instant twice is one look.
INSERT INTO usage.stored (at, relation, record_type, heap_bytes, index_bytes, toast_bytes)
SELECT
    $1,
    s.relation,
    s.record_type,
    s.heap_bytes,
    s.index_bytes,
    s.toast_bytes
FROM
    unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[]) AS s (
        relation, record_type, heap_bytes, index_bytes, toast_bytes
    )
ON CONFLICT DO NOTHING;

-- name: keep_shares
-- Whose the records of types are at an instant.
INSERT INTO usage.stored_by (at, record_type, process, records)
SELECT
    $1,
    s.record_type,
    s.process,
    s.records
FROM unnest($2::text[], $3::text[], $4::bigint[]) AS s (record_type, process, records)
ON CONFLICT DO NOTHING;

-- name: records_at
-- How many records of a type there were at the last look before an instant.
SELECT coalesce(sum(s.records), 0)::bigint
FROM usage.stored_by AS s
WHERE
    s.record_type = $1
    AND s.at = (
        SELECT max(l.at)
        FROM usage.stored_by AS l
        WHERE l.record_type = $1 AND l.at < $2
    );

-- name: size_before
-- What all tables took at the last look before an instant.
SELECT coalesce(sum(s.heap_bytes + s.index_bytes + s.toast_bytes), 0)::bigint
FROM usage.stored AS s
WHERE
    s.at = (
        SELECT max(l.at)
        FROM usage.stored AS l
        WHERE l.at < $1
    );

-- name: held_between
-- Bytes times the seconds for which they were there, between two instants, by table. What a look
-- found holds until the next one; the last one before the span holds at its beginning.
SELECT
    h.relation,
    h.record_type,
    sum(h.heap_bytes::numeric * h.seconds) AS heap,
    sum(h.index_bytes::numeric * h.seconds) AS index,
    sum(h.toast_bytes::numeric * h.seconds) AS toast
FROM (
    SELECT
        s.relation,
        s.record_type,
        s.heap_bytes,
        s.index_bytes,
        s.toast_bytes,
        greatest(0, trunc(extract(
            EPOCH FROM
            least(lead(s.at, 1, $2) OVER (PARTITION BY s.relation ORDER BY s.at), $2)
        )) - trunc(extract(EPOCH FROM greatest(s.at, $1)))) AS seconds
    FROM usage.stored AS s
    WHERE s.at < $2
) AS h
WHERE h.seconds > 0
GROUP BY h.relation, h.record_type
ORDER BY h.relation, h.record_type;

-- name: owned_between
-- Records times the seconds for which a process was the last to write them, by type.
SELECT
    o.record_type,
    o.process,
    sum(o.records::numeric * o.seconds) AS held
FROM (
    SELECT
        s.record_type,
        s.process,
        s.records,
        greatest(
            0, trunc(extract(EPOCH FROM least(n.next_at, $2)))
            - trunc(extract(EPOCH FROM greatest(s.at, $1)))
        ) AS seconds
    FROM usage.stored_by AS s
    INNER JOIN (
        SELECT
            l.record_type,
            l.at,
            lead(l.at, 1, $2) OVER (PARTITION BY l.record_type ORDER BY l.at) AS next_at
        FROM (
            SELECT DISTINCT b.record_type, b.at FROM usage.stored_by AS b
            WHERE b.at < $2
        ) AS l
    ) AS n ON s.record_type = n.record_type AND s.at = n.at
) AS o
WHERE o.seconds > 0
GROUP BY o.record_type, o.process
ORDER BY o.record_type, o.process;
