-- name: keep_rows
-- Keep refused rows, each once by its bytes. One that waits already is told anew, by the mapping it
-- was refused by now unless it was corrected since; one that was settled stays so.
WITH kept AS (
    INSERT INTO capture.quarantine AS q (
        source, file_name, line, import, at_line, mapping_sha256, header, process, purpose,
        row_text, is_exact, sha256, said_at, said_number, is_gone
    )
    SELECT
        $2,
        $3,
        r.line,
        $1,
        r.line AS at_line,
        $4,
        $5,
        $6,
        $7,
        r.row_text,
        r.is_exact,
        r.sha256,
        r.said_at,
        r.said_number,
        r.is_gone
    FROM
        unnest(
            $8::bigint[], $9::text[], $10::boolean[], $11::bytea[], $12::timestamptz[],
            $13::numeric[], $14::boolean[]
        ) AS r (line, row_text, is_exact, sha256, said_at, said_number, is_gone)
    ORDER BY r.line
    ON CONFLICT (source, process, purpose, sha256) DO UPDATE
        SET
            import = CASE WHEN q.state = 'waiting' THEN excluded.import ELSE q.import END,
            at_line = CASE WHEN q.state = 'waiting' THEN excluded.at_line ELSE q.at_line END,
            mapping_sha256 = CASE
                WHEN q.state = 'waiting' AND NOT q.is_fixed THEN excluded.mapping_sha256
                ELSE q.mapping_sha256
            END,
            header = CASE
                WHEN q.state = 'waiting' AND NOT q.is_fixed THEN excluded.header ELSE q.header
            END,
            said_at = excluded.said_at,
            said_number = excluded.said_number
    RETURNING q.id, q.sha256
)

SELECT
    k.id,
    k.sha256
FROM kept AS k;

-- name: keep_problems
-- Keep what was wrong with rows of a load.
INSERT INTO capture.refusal (import, line, problem, path, reason, code, requirement, row_id)
SELECT
    $1,
    r.line,
    r.problem,
    r.path,
    r.reason,
    r.code,
    r.requirement,
    r.row_id
FROM unnest(
    $2::bigint[], $3::smallint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[]
) AS r (line, problem, path, reason, code, requirement, row_id);

-- name: refuse_again
-- Rows that were replayed and refused again: where, and that it was so.
WITH refused AS (
    UPDATE capture.quarantine AS q
    SET
        import = $1,
        at_line = r.line,
        mapping_sha256 = $7
    FROM unnest($2::bigint[], $3::bigint[]) AS r (id, line)
    WHERE q.id = r.id
    RETURNING q.id
)

INSERT INTO capture.quarantine_step (row_id, number, step, process, person, purpose, reason)
SELECT
    d.id,
    1 + (
        SELECT count(*) FROM capture.quarantine_step AS s
        WHERE s.row_id = d.id
    ),
    'refused',
    $4,
    $5,
    $6,
    'replayed by import ' || $1::text
FROM refused AS d;

-- name: has_waiting
-- Whether rows of a source wait, for a process and purpose.
SELECT EXISTS(
    SELECT FROM capture.quarantine AS q
    WHERE q.source = $1 AND q.process = $2 AND q.purpose = $3 AND q.state = 'waiting'
);

-- name: settle_rows
-- Rows that loaded leave quarantine: those replayed ($1), and those that came once more ($2).
WITH settled AS (
    UPDATE capture.quarantine AS q
    SET state = 'loaded', settled_at = now()
    WHERE
        q.source = $3 AND q.process = $4 AND q.purpose = $5 AND q.state = 'waiting'
        AND (q.id = ANY($1::bigint[]) OR q.sha256 = ANY($2::bytea[]))
    RETURNING q.id
)

INSERT INTO capture.quarantine_step (row_id, number, step, process, person, purpose, reason)
SELECT
    d.id,
    1 + (
        SELECT count(*) FROM capture.quarantine_step AS s
        WHERE s.row_id = d.id
    ),
    'loaded',
    $4,
    $6,
    $5,
    $7
FROM settled AS d;

-- name: keep_mapping
-- Keep the text of a mapping that a load uses.
INSERT INTO capture.mapping (sha256, name, yaml)
VALUES ($1, $2, $3)
ON CONFLICT (sha256) DO NOTHING;
