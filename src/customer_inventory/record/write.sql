-- name: create_records
-- Make records: rows, links and outbox. What is in braces is of the type.
WITH change AS MATERIALIZED (
    SELECT c.*
    FROM unnest(
        {id}::text[], {bucket}::smallint[], {subject_id}::text[], {operation}::text[],
        {body}::json[],
        {valid_from}::timestamptz[], {valid_to}::timestamptz[], {process}::text[],
        {person}::text[], {purpose}::text[], {subjects}::text[]{arrays}
    ) AS c (
        id, bucket, subject_id, operation, body,
        valid_from, valid_to, process, person, purpose, subjects{columns}
    )
),

-- Ids never serve twice: a record made again goes on where its history ended.
past AS (
    SELECT DISTINCT ON (h.id)
        h.id,
        h.revision,
        h.recorded_from
    FROM change AS c
    INNER JOIN record.history AS h ON c.id = h.id AND c.bucket = h.bucket
    WHERE TRUE{in_h}
    ORDER BY h.id, h.revision DESC
),

done AS (
    INSERT INTO record.{table} (
        id, bucket, subject_id, revision, operation, body,
        valid_from, valid_to, recorded_at, process, person, purpose{columns}
    )
    SELECT
        change.id, bucket, subject_id,
        coalesce(past.revision, 0) + 1,
        operation, body,
        valid_from, valid_to,
        greatest(now(), past.recorded_from + interval '1 microsecond'),
        process, person, purpose{values}
    FROM change
    LEFT JOIN past ON change.id = past.id
    RETURNING id, bucket, revision, recorded_at
),

ended AS (
    UPDATE record.history AS h
    SET recorded_to = done.recorded_at
    FROM done
    WHERE
        done.revision > 1
        AND h.id = done.id AND h.bucket = done.bucket{in_h} AND h.revision = done.revision - 1
),

linked AS (
    INSERT INTO record.link (
        bucket, id, outward, path, role, other_id, other_bucket, other_type
    )
    SELECT l.bucket, l.id, l.outward, l.path, l.role, l.other_id, l.other_bucket, l.other_type
    FROM unnest(
        {added_bucket}::smallint[], {added_id}::text[], {added_outward}::boolean[],
        {added_path}::text[], {added_role}::text[],
        {added_other_id}::text[], {added_other_bucket}::smallint[], {added_other_type}::text[]
    ) AS l (bucket, id, outward, path, role, other_id, other_bucket, other_type)
),

{restricting}told AS (
    INSERT INTO record.outbox (bucket, id, type, revision, event, recorded_at)
    SELECT bucket, id, '{type}', revision, 'create', recorded_at
    FROM done
){beyond}

SELECT id, revision
FROM done;

-- name: change_records
-- Replace records at the revision they are known at; what was superseded goes to the history.
WITH change AS MATERIALIZED (
    SELECT c.*, now() AS at
    FROM unnest(
        {id}::text[], {bucket}::smallint[], {subject_id}::text[], {operation}::text[],
        {body}::json[],
        {valid_from}::timestamptz[], {valid_to}::timestamptz[], {process}::text[],
        {person}::text[], {purpose}::text[],
        {revision}::bigint[], {event}::text[], {is_grouped}::boolean[], {subjects}::text[]{arrays}
    ) AS c (
        id, bucket, subject_id, operation, body,
        valid_from, valid_to, process, person, purpose,
        revision, event, is_grouped, subjects{columns}
    )
),

done AS (
    UPDATE record.{table} AS r
    SET
        subject_id = c.subject_id,
        revision = r.revision + 1,
        operation = c.operation,
        body = c.body,
        valid_from = c.valid_from,
        valid_to = c.valid_to,
        -- Reckoned in one time zone, a microsecond more is the same everywhere and at any time.
        recorded_at = greatest(
            c.at, (r.recorded_at AT TIME ZONE 'UTC' + interval '1 microsecond') AT TIME ZONE 'UTC'
        ),
        process = c.process,
        person = c.person,
        purpose = c.purpose{assignments}
    FROM change AS c
    INNER JOIN record.{table} AS o ON c.id = o.id AND c.bucket = o.bucket
    WHERE
        r.id = o.id AND r.bucket = o.bucket
        AND r.revision = c.revision{in_r} AND o.revision = c.revision{in_o}
        -- What is shown for several origins changes with all of them, or not at all.
        AND (
            c.is_grouped
            OR NOT EXISTS (
                SELECT FROM record.origin AS g
                WHERE g.id = r.id AND g.bucket = r.bucket
            )
        )
    RETURNING
        r.id, r.bucket, r.revision, r.recorded_at, c.event,
        o.revision AS old_revision, o.operation AS old_operation, o.body AS old_body,
        o.recorded_at AS old_recorded_at,
        o.process AS old_process, o.person AS old_person, o.purpose AS old_purpose
),

kept AS (
    INSERT INTO record.history (
        bucket, id, type, revision, operation, body,
        recorded_from, recorded_to, process, person, purpose
    )
    SELECT
        bucket, id, '{type}', old_revision, old_operation, old_body,
        old_recorded_at, recorded_at, old_process, old_person, old_purpose
    FROM done
),

unlinked AS (
    DELETE FROM record.link AS l
    USING
        unnest(
            {dropped_bucket}::smallint[], {dropped_id}::text[], {dropped_outward}::boolean[],
            {dropped_path}::text[], {dropped_role}::text[],
            {dropped_other_id}::text[], {dropped_other_bucket}::smallint[]
        ) AS d (bucket, id, outward, path, role, other_id, other_bucket),
        done
    WHERE
        done.id = CASE WHEN d.outward THEN d.id ELSE d.other_id END
        AND l.id = d.id AND l.bucket = d.bucket AND l.outward = d.outward{in_dropped}
        AND l.path = d.path AND l.role = d.role AND l.other_id = d.other_id
    RETURNING l.*, done.recorded_at AS dropped_at
),

-- Who referred to a record stays known: what was around it then is found again.
past AS (
    INSERT INTO record.past_link (
        bucket, id, path, role, other_id, other_bucket, other_type, linked_at, dropped_at
    )
    SELECT bucket, id, path, role, other_id, other_bucket, other_type, linked_at, dropped_at
    FROM unlinked
    WHERE NOT outward
),

linked AS (
    INSERT INTO record.link (
        bucket, id, outward, path, role, other_id, other_bucket, other_type
    )
    SELECT l.bucket, l.id, l.outward, l.path, l.role, l.other_id, l.other_bucket, l.other_type
    FROM
        unnest(
            {added_bucket}::smallint[], {added_id}::text[], {added_outward}::boolean[],
            {added_path}::text[], {added_role}::text[],
            {added_other_id}::text[], {added_other_bucket}::smallint[], {added_other_type}::text[]
        ) AS l (bucket, id, outward, path, role, other_id, other_bucket, other_type)
    INNER JOIN done ON done.id = CASE WHEN l.outward THEN l.id ELSE l.other_id END
    ON CONFLICT (id, bucket, outward, path, role, other_id)
    DO UPDATE SET other_type = excluded.other_type
),

{restricting}told AS (
    INSERT INTO record.outbox (bucket, id, type, revision, event, recorded_at)
    SELECT bucket, id, '{type}', revision, event, recorded_at
    FROM done
){beyond}

SELECT id, revision
FROM done;

-- name: remove_records
-- Remove records at the revision they are known at; the history keeps the last version and a mark,
-- which has no end until the record is made again. What others refer to stays, where it is guarded:
-- it comes back without a revision.
WITH change AS MATERIALIZED (
    SELECT c.*, now() AS at
    FROM unnest(
        {id}::text[], {bucket}::smallint[], {revision}::bigint[], {process}::text[],
        {person}::text[], {purpose}::text[], {is_guarded}::boolean[],
        {operation}::text[], {is_grouped}::boolean[]
    ) AS c (id, bucket, revision, process, person, purpose, is_guarded, operation, is_grouped)
),

referenced AS MATERIALIZED (
    SELECT c.id
    FROM change AS c
    INNER JOIN record.{table} AS r
        ON c.id = r.id AND c.bucket = r.bucket AND c.revision = r.revision
    WHERE
        c.is_guarded{in_r}
        AND EXISTS (
            SELECT FROM record.link AS l
            WHERE l.id = c.id AND l.bucket = c.bucket AND NOT l.outward{in_l}
        )
),

done AS (
    DELETE FROM record.{table} AS r
    USING change AS c
    WHERE
        r.id = c.id AND r.bucket = c.bucket AND r.revision = c.revision{in_r}
        AND c.id NOT IN (SELECT referenced.id FROM referenced)
        AND (
            c.is_grouped
            OR NOT EXISTS (
                SELECT FROM record.origin AS g
                WHERE g.id = c.id AND g.bucket = c.bucket
            )
        )
    RETURNING
        r.id, r.bucket, r.revision, r.operation, r.body, r.recorded_at,
        r.process, r.person, r.purpose,
        greatest(
            c.at, (r.recorded_at AT TIME ZONE 'UTC' + interval '1 microsecond') AT TIME ZONE 'UTC'
        ) AS removed_at,
        c.process AS by_process, c.person AS by_person, c.purpose AS by_purpose,
        c.operation AS by_operation
),

kept AS (
    INSERT INTO record.history (
        bucket, id, type, revision, operation, body,
        recorded_from, recorded_to, process, person, purpose
    )
    SELECT
        bucket, id, '{type}', revision, operation, body,
        recorded_at, removed_at, process, person, purpose
    FROM done
    UNION ALL
    SELECT
        bucket, id, '{type}', revision + 1, by_operation, NULL,
        removed_at, 'infinity', by_process, by_person, by_purpose
    FROM done
),

unlinked AS (
    DELETE FROM record.link AS l
    USING done
    WHERE l.id = done.id AND l.bucket = done.bucket AND l.outward{in_l}
    RETURNING l.id, l.path, l.role, l.other_id, l.other_bucket, done.removed_at
),

unlinked_there AS (
    DELETE FROM record.link AS l
    USING unlinked AS u
    WHERE
        l.id = u.other_id AND l.bucket = u.other_bucket AND NOT l.outward
        AND l.path = u.path AND l.role = u.role AND l.other_id = u.id
    RETURNING l.*, u.removed_at AS dropped_at
),

past AS (
    INSERT INTO record.past_link (
        bucket, id, path, role, other_id, other_bucket, other_type, linked_at, dropped_at
    )
    SELECT bucket, id, path, role, other_id, other_bucket, other_type, linked_at, dropped_at
    FROM unlinked_there
),

told AS (
    INSERT INTO record.outbox (bucket, id, type, revision, event, recorded_at)
    SELECT bucket, id, '{type}', revision + 1, 'delete', removed_at
    FROM done
){beyond}

SELECT id, revision + 1 AS revision
FROM done
UNION ALL
SELECT id, NULL AS revision
FROM referenced;

-- name: restrict
-- What belongs to a restricted subject is restricted with it; a part of what writes.
INSERT INTO record.restricted AS k (id, bucket, restriction, type, purposes, since)
SELECT
    c.id,
    c.bucket,
    x.restriction,
    '{type}',
    x.purposes,
    clock_timestamp()
FROM change AS c
INNER JOIN done ON c.id = done.id AND c.bucket = done.bucket
CROSS JOIN LATERAL unnest(string_to_array(c.subjects, ' ')) AS s (id)
INNER JOIN record.restricted AS x ON s.id = x.id AND x.left_at IS NULL
GROUP BY c.id, c.bucket, c.subjects, x.restriction, x.purposes
HAVING count(*) = cardinality(string_to_array(c.subjects, ' '))
ON CONFLICT (id, bucket, restriction) DO UPDATE
    SET left_at = NULL, since = excluded.since, xid = excluded.xid
    WHERE k.left_at IS NOT NULL;

-- name: free
-- What belongs to another now is free; what it was until then is not.
UPDATE record.restricted AS x
SET left_at = done.recorded_at
FROM change AS c
INNER JOIN done ON c.id = done.id AND c.bucket = done.bucket
WHERE
    x.id = c.id AND x.bucket = c.bucket AND x.left_at IS NULL AND c.subjects <> ''
    AND (
        SELECT count(*)
        FROM record.restricted AS o
        WHERE
            o.id = ANY(string_to_array(c.subjects, ' ')) -- noqa: RF01
            AND o.restriction = x.restriction AND o.left_at IS NULL
    ) < cardinality(string_to_array(c.subjects, ' '));

-- name: is_anything_restricted
-- Whether anything is restricted. Whoever restricts now waits for the end of this transaction, for
-- that has an id from here on, and looks again then.
SELECT EXISTS(SELECT 1 FROM record.restricted) AS is_so
FROM (SELECT pg_current_xact_id() AS xid) AS t
WHERE t.xid IS NOT NULL;
