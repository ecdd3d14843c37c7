-- name: raise_findings
-- Open findings, or find them again: the fingerprint decides. A closed one opens again.
INSERT INTO record.finding AS f (fingerprint, kind, owner, due_at, record_type, record_id, evidence)
SELECT
    n.fingerprint,
    $1,
    $2,
    $3,
    n.record_type,
    n.record_id,
    n.evidence
FROM
    unnest($4::text[], $5::text[], $6::text[], $7::json[])
        AS n (fingerprint, record_type, record_id, evidence)
ORDER BY n.fingerprint
ON CONFLICT (fingerprint) DO UPDATE
    SET
        state = 'open',
        evidence = excluded.evidence,
        last_found_at = now(),
        closed_at = NULL
RETURNING f.fingerprint;

-- name: close_findings
-- Close the open findings of a kind that were not found again.
UPDATE record.finding
SET state = 'closed', closed_at = now()
WHERE kind = $1 AND state = 'open' AND fingerprint <> ALL($2::text[])
RETURNING fingerprint;

-- name: clock
-- The time by which findings are found.
SELECT now();

-- name: close_older_findings
-- Close the open findings of a kind that were not found again since.
UPDATE record.finding
SET state = 'closed', closed_at = now()
WHERE kind = $1 AND state = 'open' AND last_found_at < $2
RETURNING fingerprint;

-- name: list_findings
-- Findings, newest first, of one kind and state where given.
SELECT
    fingerprint,
    kind,
    state,
    owner,
    due_at,
    record_type,
    record_id,
    evidence,
    found_at,
    last_found_at,
    closed_at
FROM record.finding
WHERE ($1::text IS NULL OR kind = $1) AND ($2::text IS NULL OR state = $2)
ORDER BY found_at DESC, fingerprint
LIMIT $3;

-- name: dangling_references
-- References to ids of our form that no record has, nor had before it was merged, by record and
-- path. {absent}: by type.
SELECT
    l.other_id AS id,
    l.other_type AS type,
    l.path,
    array_agg(DISTINCT l.id ORDER BY l.id) AS refers_to
FROM record.link AS l
WHERE
    NOT l.outward
    AND l.id ~ '^[0-9a-hjkmnp-tv-z]{{26}}$'
    AND NOT EXISTS (
        SELECT FROM record.origin AS o
        WHERE o.id = l.id AND o.bucket = l.bucket
    )
{absent}
GROUP BY l.other_id, l.other_type, l.path
ORDER BY l.other_id, l.path
LIMIT $1;

-- name: count_findings
-- How many findings of each kind are open, and came or were closed between two instants.
SELECT
    kind,
    count(*) FILTER (WHERE state = 'open') AS open,
    count(*) FILTER (WHERE found_at >= $1 AND found_at < $2) AS found,
    count(*) FILTER (WHERE closed_at >= $1 AND closed_at < $2) AS closed,
    min(found_at) FILTER (WHERE state = 'open') AS oldest
FROM record.finding
GROUP BY kind
ORDER BY kind;
