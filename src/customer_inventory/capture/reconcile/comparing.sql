-- name: prepare_slice
-- A slice takes its time, is done again after a crash, and is planned by how large it is.
SELECT
    set_config('statement_timeout', '0', TRUE),
    set_config('synchronous_commit', 'off', TRUE),
    set_config('plan_cache_mode', 'force_custom_plan', TRUE);

-- name: brought_parts
-- What a source brought, by namespace ($2), for a reconciliation: how many rows, and the last id.
SELECT
    b.namespace,
    count(*) AS rows,
    max(b.id) AS last_id,
    0::bigint AS documents
FROM capture.brought AS b
WHERE b.namespace = ANY($2::integer[]) AND $1::bigint > 0
GROUP BY b.namespace;

-- name: brought_edge
-- The last of the next records that a source brought, and how many they are.
SELECT
    max(n.id) AS last_id,
    count(*) AS rows,
    0::bigint AS documents
FROM (
    SELECT b.id FROM capture.brought AS b
    WHERE b.namespace = $2 AND b.id > $3 AND $1::bigint > 0
    ORDER BY b.id
    LIMIT $4
) AS n;

-- name: absent
-- Records that a source brought and its extract does not hold: a relation.
SELECT
    b.id,
    b.bucket
FROM capture.brought AS b
WHERE
    b.namespace = $1 AND b.id > $2 AND b.id <= $3
    AND NOT EXISTS (
        SELECT FROM capture.reconciliation_staged AS s
        WHERE s.reconciliation = $4 AND s.namespace = $1 AND s.id = b.id
    );

-- name: staged_parts
-- What is staged of a reconciliation, by namespace ($2): how many rows, the last id, and how many
-- documents.
SELECT
    s.namespace,
    count(*) AS rows,
    max(s.id) AS last_id,
    count(DISTINCT s.id) FILTER (WHERE s.body IS NOT NULL) AS documents
FROM capture.reconciliation_staged AS s
WHERE s.reconciliation = $1 AND s.namespace = ANY($2::integer[])
GROUP BY s.namespace;

-- name: staged_edge
-- The same of the next staged rows, all of the last record among them.
WITH edge AS (
    SELECT max(n.id) AS last_id
    FROM (
        SELECT s.id FROM capture.reconciliation_staged AS s
        WHERE s.reconciliation = $1 AND s.namespace = $2 AND s.id > $3
        ORDER BY s.id
        LIMIT $4
    ) AS n
)

SELECT
    e.last_id,
    count(s.id) AS rows,
    count(DISTINCT s.id) FILTER (WHERE s.body IS NOT NULL) AS documents
FROM edge AS e
LEFT JOIN capture.reconciliation_staged AS s
    ON e.last_id >= s.id AND s.reconciliation = $1 AND s.namespace = $2 AND s.id > $3
GROUP BY e.last_id;

-- name: staged
-- Staged documents, of each record what is said last: a relation.
SELECT DISTINCT ON (s.id)
    s.id,
    s.bucket,
    s.line,
    s.body
FROM capture.reconciliation_staged AS s
WHERE
    s.reconciliation = $1 AND s.namespace = $2 AND s.id > $3 AND s.id <= $4
    AND s.body IS NOT NULL
ORDER BY s.id, s.said_at DESC NULLS LAST, s.line DESC;

-- name: keep_held
-- What of a slice is held, all but $5, is known to be brought by the source.
INSERT INTO capture.brought (namespace, id, bucket)
SELECT DISTINCT
    s.namespace,
    s.id,
    s.bucket
FROM capture.reconciliation_staged AS s
WHERE
    s.reconciliation = $1 AND s.namespace = $2 AND s.id > $3 AND s.id <= $4
    AND s.body IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM unnest($5::text[]) AS m (id)
        WHERE m.id = s.id
    )
    AND NOT EXISTS (
        SELECT FROM capture.brought AS b
        WHERE b.namespace = s.namespace AND b.id = s.id
    )
ON CONFLICT DO NOTHING;

-- name: wants_rows
-- Whether rows of the extract are needed.
SELECT EXISTS(
    SELECT FROM capture.reconciliation_item AS i
    WHERE i.reconciliation = $1 AND i.line IS NOT NULL
);

-- name: wanted_lines
-- The lines of a part of the extract whose rows are needed.
SELECT DISTINCT i.line
FROM capture.reconciliation_item AS i
WHERE i.reconciliation = $1 AND i.line BETWEEN $2 AND $3;

-- name: keep_rows
-- Keep rows of the extract.
INSERT INTO capture.reconciliation_row (reconciliation, line, row_text, is_exact)
SELECT
    $1,
    n.line,
    n.row_text,
    n.is_exact
FROM unnest($2::bigint[], $3::text[], $4::boolean[]) AS n (line, row_text, is_exact)
ON CONFLICT DO NOTHING;

-- name: close_items
-- Items that were not found again agree now.
UPDATE capture.reconciliation_item
SET state = 'closed', settled_at = now(), here = NULL, there = NULL
WHERE
    namespace = ANY($2::integer[]) AND reconciliation <> $1 AND state IN ('open', 'accepted');

-- name: drop_rows
-- Drop rows of extracts, of the source of this one, by which nothing is left to repair.
DELETE FROM capture.reconciliation_row AS r
USING capture.reconciliation AS c, capture.reconciliation AS this
WHERE
    this.id = $1 AND c.source = this.source AND r.reconciliation = c.id
    AND NOT EXISTS (
        SELECT FROM capture.reconciliation_item AS i
        WHERE
            i.reconciliation = r.reconciliation AND i.line = r.line
            AND i.state IN ('open', 'accepted')
    );

-- name: end
-- End a reconciliation: what came of it is added up.
WITH gone AS (
    DELETE FROM capture.reconciliation_staged AS s
    WHERE s.reconciliation = $1
)

UPDATE capture.reconciliation AS c
SET
    ended_at = now(),
    totals = (
        SELECT coalesce(json_agg(t ORDER BY t.kind, t.record_type, t.path), '[]')
        FROM (
            SELECT
                i.kind,
                i.record_type,
                i.path,
                count(*) AS found,
                count(*) FILTER (WHERE i.state = 'accepted') AS accepted
            FROM capture.reconciliation_item AS i
            WHERE i.reconciliation = $1
            GROUP BY i.kind, i.record_type, i.path
        ) AS t
    )
WHERE c.id = $1;

-- name: note_part
-- So many more records of a namespace were compared.
INSERT INTO capture.reconciliation_part AS p (reconciliation, namespace, records)
VALUES ($1, $2, $3)
ON CONFLICT (reconciliation, namespace) DO UPDATE SET records = p.records + excluded.records;
