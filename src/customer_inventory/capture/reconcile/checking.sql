-- name: begin_check
-- Begin to ask the rules of a pack: a reconciliation without an extract. One that was cut short is
-- gone on with by nobody.
WITH left_over AS (
    UPDATE capture.reconciliation
    SET ended_at = now()
    WHERE source = $1 AND mapping_sha256 IS NULL AND ended_at IS NULL
)

INSERT INTO capture.reconciliation AS c (
    source, file_name, mapping, header, rules, process, person, purpose,
    phase, next_line, next_offset, read_sha256
)
VALUES ($1, '', $2, '', '', $3, $4, $5, 'comparing', 0, 0, '')
RETURNING c.id;

-- name: close_failures
-- Records that fail the rules of these namespaces no more.
UPDATE capture.reconciliation_item
SET state = 'closed', settled_at = now()
WHERE
    namespace = ANY($2::integer[]) AND reconciliation <> $1 AND state IN ('open', 'accepted');

-- name: end_check
-- End it: what fails is added up.
UPDATE capture.reconciliation AS c
SET
    phase = 'done',
    ended_at = now(),
    totals = (
        SELECT coalesce(json_agg(t ORDER BY t.rule), '[]')
        FROM (
            SELECT
                i.kind,
                i.record_type,
                i.path,
                i.rule,
                count(*) AS found,
                count(*) FILTER (WHERE i.state = 'accepted') AS accepted
            FROM capture.reconciliation_item AS i
            WHERE i.reconciliation = $1
            GROUP BY i.kind, i.record_type, i.path, i.rule
        ) AS t
    )
WHERE c.id = $1;

-- name: count_accepted
-- How many records that fail a rule were accepted, by rule.
SELECT
    i.rule,
    count(*) AS accepted
FROM capture.reconciliation_item AS i
WHERE i.reconciliation = $1 AND i.state = 'accepted'
GROUP BY i.rule;
