-- name: end_periods
-- Periods that a change ends.
DELETE FROM record.period AS p
USING
    unnest(
        {ended_bucket}::smallint[], {ended_id}::text[], {ended_key}::uuid[],
        {ended_starts}::timestamptz[]
    ) AS e (bucket, id, key, starts),
    done
WHERE
    done.id = e.id
    AND p.id = e.id AND p.bucket = e.bucket AND p.key = e.key AND lower(p.during) = e.starts
RETURNING p.id;

-- name: begin_periods
-- Periods that a change begins, after those that it ends.
INSERT INTO record.period (bucket, id, key, path, during)
SELECT
    b.bucket,
    b.id,
    b.key,
    b.path,
    tstzrange(b.starts, b.ends)
FROM
    unnest(
        {begun_bucket}::smallint[], {begun_id}::text[], {begun_key}::uuid[],
        {begun_path}::text[], {begun_starts}::timestamptz[], {begun_ends}::timestamptz[]
    ) AS b (bucket, id, key, path, starts, ends)
INNER JOIN done ON b.id = done.id
WHERE (SELECT count(*) FROM periods_ended) >= 0;

-- name: cut_edges
-- Edges that a change cuts, at both ends.
DELETE FROM record.edge AS e
USING
    unnest(
        {cut_bucket}::smallint[], {cut_id}::text[], {cut_upward}::boolean[],
        {cut_kind}::text[], {cut_other_id}::text[], {cut_said_by}::text[],
        {cut_path}::text[], {cut_role}::text[], {cut_valid_from}::timestamptz[]
    ) AS c (bucket, id, upward, kind, other_id, said_by, path, role, valid_from),
    done
WHERE
    done.id = c.said_by
    AND e.id = c.id AND e.bucket = c.bucket AND e.upward = c.upward AND e.kind = c.kind
    AND e.other_id = c.other_id AND e.said_by = c.said_by AND e.path = c.path AND e.role = c.role
    AND e.valid_from = coalesce(c.valid_from, '-infinity')
RETURNING e.id;

-- name: grow_edges
-- Edges that a change grows, at both ends, after those that it cuts.
INSERT INTO record.edge (
    bucket, id, upward, kind, other_id, other_bucket, other_type,
    said_by, path, role, valid_from, valid_to
)
SELECT
    g.bucket,
    g.id,
    g.upward,
    g.kind,
    g.other_id,
    g.other_bucket,
    g.other_type,
    g.said_by,
    g.path,
    g.role,
    coalesce(g.valid_from, '-infinity'),
    coalesce(g.valid_to, 'infinity')
FROM
    unnest(
        {grown_bucket}::smallint[], {grown_id}::text[], {grown_upward}::boolean[],
        {grown_kind}::text[], {grown_other_id}::text[], {grown_other_bucket}::smallint[],
        {grown_other_type}::text[], {grown_said_by}::text[], {grown_path}::text[],
        {grown_role}::text[], {grown_valid_from}::timestamptz[], {grown_valid_to}::timestamptz[]
    ) AS g (
        bucket, id, upward, kind, other_id, other_bucket, other_type,
        said_by, path, role, valid_from, valid_to
    )
INNER JOIN done ON g.said_by = done.id
WHERE (SELECT count(*) FROM edges_cut) >= 0;

-- name: remove_periods
-- Periods of records that are removed.
DELETE FROM record.period AS p
USING done
WHERE p.id = done.id;

-- name: remove_edges
-- Edges that removed records said, at their own end.
DELETE FROM record.edge AS e
USING done
WHERE e.id = done.id AND e.bucket = done.bucket AND e.said_by = done.id
RETURNING e.id, e.bucket, e.upward, e.kind, e.other_id, e.other_bucket;

-- name: remove_edges_there
-- Edges that removed records said, at the other end.
DELETE FROM record.edge AS e
USING edges_removed AS r
WHERE
    e.id = r.other_id AND e.bucket = r.other_bucket
    AND e.upward <> r.upward AND e.kind = r.kind AND e.other_id = r.id AND e.said_by = r.id;
