-- name: purge_history
-- Take away the versions of records; the marks of their removal stay.
DELETE FROM record.history AS h
USING unnest($1::text[], $2::smallint[]) AS k (id, bucket)
WHERE h.id = k.id AND h.bucket = k.bucket AND h.body IS NOT NULL;

-- name: purge_links_there
-- Take away what lies with others of links with these records.
WITH own AS MATERIALIZED (
    SELECT
        l.id,
        l.other_id,
        l.other_bucket
    FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
    INNER JOIN record.link AS l ON k.id = l.id AND k.bucket = l.bucket
)

DELETE FROM record.link AS t
USING own AS l
WHERE t.id = l.other_id AND t.bucket = l.other_bucket AND t.other_id = l.id;

-- name: purge_links
-- Take away the links of records.
DELETE FROM record.link AS l
USING unnest($1::text[], $2::smallint[]) AS k (id, bucket)
WHERE l.id = k.id AND l.bucket = k.bucket;

-- name: purge_edges_there
-- Take away what lies with others of edges with these records.
DELETE FROM record.edge AS t
USING unnest($1::text[], $2::smallint[]) AS k (id, bucket)
INNER JOIN record.edge AS e ON k.id = e.id AND k.bucket = e.bucket
WHERE t.id = e.other_id AND t.bucket = e.other_bucket AND t.other_id = e.id;

-- name: purge_edges
-- Take away the edges of records.
DELETE FROM record.edge AS e
USING unnest($1::text[], $2::smallint[]) AS k (id, bucket)
WHERE e.id = k.id AND e.bucket = k.bucket;

-- name: purge_past_links_there
-- Take away what lies with others of past links with these records.
DELETE FROM record.past_link AS p
USING unnest($1::text[], $2::smallint[]) AS k (id, bucket)
WHERE p.other_id = k.id AND p.other_bucket = k.bucket;

-- name: purge_past_links
-- Take away who once referred to records.
DELETE FROM record.past_link AS p
USING unnest($1::text[], $2::smallint[]) AS k (id, bucket)
WHERE p.id = k.id AND p.bucket = k.bucket;

-- name: purge_periods
-- Take away the exclusive periods of records.
DELETE FROM record.period AS p
USING unnest($1::text[], $2::smallint[]) AS k (id, bucket)
WHERE p.id = k.id AND p.bucket = k.bucket;

-- name: purge_findings
-- Take away what was found about records.
DELETE FROM record.finding AS f
USING unnest($1::text[], $2::smallint[]) AS k (id, bucket)
WHERE f.record_id = k.id;

-- name: purge_later_marks
-- Take away what the history has of a record at its present revision or later.
DELETE FROM record.history AS h
WHERE h.id = $1 AND h.bucket = $2 AND h.revision >= $3;

-- name: purge_origins
-- Take away what merged records say themselves.
DELETE FROM record.origin AS o
USING unnest($1::text[], $2::smallint[]) AS k (id, bucket)
WHERE o.id = k.id AND o.bucket = k.bucket;

-- name: purge_memberships
-- Take away as what records were shown, and what was shown as them.
DELETE FROM record.membership AS m
USING unnest($1::text[], $2::smallint[]) AS k (id, bucket)
WHERE m.origin = k.id OR m.shown = k.id;

-- name: purge_transfers
-- Take away from whom to whom records went.
DELETE FROM record.transfer AS t
USING unnest($1::text[], $2::smallint[]) AS k (id, bucket)
WHERE t.record_id = k.id;

-- name: purge_restricted
-- Nothing keeps back what is gone.
DELETE FROM record.restricted AS x
USING unnest($1::text[], $2::smallint[]) AS k (id, bucket)
WHERE x.id = k.id AND x.bucket = k.bucket;

-- name: purge_listed
-- Nobody is on a list who is gone.
DELETE FROM record.listed AS m
USING unnest($1::text[], $2::smallint[]) AS k (id, bucket)
WHERE m.id = k.id AND m.bucket = k.bucket;

-- name: purge_choices
-- Whoever is gone chooses nothing.
DELETE FROM record.choice AS c
USING unnest($1::text[], $2::smallint[]) AS k (id, bucket)
WHERE c.id = k.id AND c.bucket = k.bucket;
