-- name: keep_findings
-- Put findings into the worklist, or find them again: the key decides. What was accepted stays so
-- while both sides say the same, until its day.
INSERT INTO capture.reconciliation_item AS i (
    key, reconciliation, namespace, kind, record_type, record_id, path,
    here, there, digest, requirement, reason, line, rule
)
SELECT
    n.key,
    $1,
    n.namespace,
    n.kind,
    n.record_type,
    n.record_id,
    n.path,
    n.here,
    n.there,
    n.digest,
    n.requirement,
    n.reason,
    n.line,
    n.rule
FROM
    unnest(
        $2::bytea[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[],
        $8::json[], $9::json[], $10::bytea[], $11::text[], $12::text[], $13::bigint[], $14::text[]
    ) AS n (
        key, namespace, kind, record_type, record_id, path,
        here, there, digest, requirement, reason, line, rule
    )
ORDER BY n.namespace, n.record_id, n.path
ON CONFLICT ON CONSTRAINT reconciliation_item_once DO UPDATE
    SET
        reconciliation = excluded.reconciliation,
        here = excluded.here,
        there = excluded.there,
        digest = excluded.digest,
        requirement = excluded.requirement,
        reason = excluded.reason,
        line = excluded.line,
        last_found_at = now(),
        found_at = CASE WHEN i.state IN ('closed', 'repaired') THEN now() ELSE i.found_at END,
        settled_at = NULL,
        state = CASE
            WHEN
                i.state = 'accepted' AND i.digest = excluded.digest
                AND (i.accepted_until IS NULL OR i.accepted_until >= current_date)
                THEN 'accepted'
            ELSE 'open'
        END;
