-- name: meet_failures
-- What failed in a part of the records of a type meets what is known of them: what is new opens,
-- what failed no more until now opens again, what fails no more is verified. {where} is the part.
WITH rule AS MATERIALIZED (
    SELECT u.*
    FROM
        unnest(
            $3::text[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::integer[], $11::bigint[]
        ) AS u (rule, sha256, requirement, path, dimension, severity, owner, due_days, bit)
),

failing AS MATERIALIZED (
    SELECT
        f.id,
        f.bucket,
        f.revision,
        f.given_at,
        f.process,
        r.*
    FROM
        unnest(
            $12::text[], $13::smallint[], $14::bigint[], $15::timestamptz[], $16::text[],
            $17::bigint[]
        ) AS f (id, bucket, revision, given_at, process, bits)
    INNER JOIN rule AS r ON f.bits & r.bit <> 0
),

known AS MATERIALIZED (
    SELECT
        f.id,
        f.record_id,
        f.bucket,
        f.rule,
        f.state,
        f.sha256
    FROM audit.finding AS f
    WHERE f.record_type = $1 AND f.rule = ANY($3::text[]) AND {where}
),

opened AS (
    INSERT INTO audit.finding (
        record_type, record_id, bucket, rule, sha256, requirement, path, dimension, severity,
        process, given_at, owner, due_on, run_id
    )
    SELECT
        $1,
        n.id,
        n.bucket,
        n.rule,
        n.sha256,
        n.requirement,
        n.path,
        n.dimension,
        n.severity,
        n.process,
        n.given_at,
        n.owner,
        current_date + n.due_days,
        $18
    FROM failing AS n
    LEFT JOIN known AS k ON n.id = k.record_id AND n.bucket = k.bucket AND n.rule = k.rule
    WHERE k.id IS NULL
    ON CONFLICT (record_type, record_id, bucket, rule) DO NOTHING
    RETURNING record_id, rule, path
),

-- A false alarm was one of what the rule said then.
reopened AS (
    UPDATE audit.finding AS f
    SET
        state = CASE WHEN f.assignee IS NULL THEN 'open' ELSE 'assigned' END,
        sha256 = n.sha256,
        since = now(),
        due_on = current_date + n.due_days,
        accepted_until = NULL,
        reason = NULL,
        run_id = $18,
        changed_at = now()
    FROM known AS k
    INNER JOIN failing AS n ON k.record_id = n.id AND k.bucket = n.bucket AND k.rule = n.rule
    WHERE
        f.record_type = $1 AND f.record_id = k.record_id AND f.bucket = k.bucket
        AND f.rule = k.rule
        AND (
            f.state IN ('verified', 'corrected')
            OR (f.state = 'falseAlarm' AND f.sha256 <> n.sha256)
        )
    RETURNING f.id, f.bucket, f.record_id, f.rule, f.path, f.state
),

passed AS (
    UPDATE audit.finding AS f
    SET
        state = 'verified',
        accepted_until = NULL,
        reason = NULL,
        run_id = $18,
        changed_at = now()
    FROM known AS k
    LEFT JOIN failing AS n ON k.record_id = n.id AND k.bucket = n.bucket AND k.rule = n.rule
    WHERE
        f.record_type = $1 AND f.record_id = k.record_id AND f.bucket = k.bucket
        AND f.rule = k.rule
        AND n.id IS NULL AND f.state <> 'verified'
    RETURNING f.id, f.bucket
),

told AS (
    INSERT INTO audit.step (finding_id, bucket, number, state, run_id)
    SELECT
        s.id,
        s.bucket,
        1 + (
            SELECT count(*) FROM audit.step AS p
            WHERE p.finding_id = s.id AND p.bucket = s.bucket
        ),
        s.state,
        $18
    FROM (
        SELECT o.id, o.bucket, o.state FROM reopened AS o
        UNION ALL
        SELECT p.id, p.bucket, 'verified' FROM passed AS p
    ) AS s
)

SELECT
    (SELECT count(*) FROM opened) AS opened,
    (SELECT count(*) FROM reopened) AS reopened,
    (SELECT count(*) FROM passed) AS passed,
    b.ids,
    b.rules,
    b.paths
FROM (
    SELECT
        array_agg(x.record_id) AS ids,
        array_agg(x.rule) AS rules,
        array_agg(x.path) AS paths
    FROM (
        SELECT o.record_id, o.rule, o.path FROM opened AS o
        UNION ALL
        SELECT r.record_id, r.rule, r.path FROM reopened AS r
    ) AS x
    INNER JOIN failing AS n ON x.record_id = n.id AND x.rule = n.rule AND n.revision > 1
) AS b;

-- name: note_given
-- Who gave the values that fail, and when.
UPDATE audit.finding AS f
SET process = g.process, given_at = g.given_at
FROM
    unnest($2::text[], $3::smallint[], $4::text[], $5::text[], $6::timestamptz[])
        AS g (id, bucket, rule, process, given_at)
WHERE
    f.record_type = $1 AND f.record_id = g.id AND f.bucket = g.bucket AND f.rule = g.rule;

-- name: without_source
-- What findings of a run are not known to have been loaded from a source: by whom given, and when.
SELECT DISTINCT
    f.process,
    f.given_at
FROM audit.finding AS f
WHERE f.run_id = $1 AND f.source IS NULL AND f.state IN ('open', 'assigned')
LIMIT 10000;

-- name: note_sources
-- From which source, and by which capture process, the values that fail came.
UPDATE audit.finding AS f
SET source = s.source, capture_process = s.capture_process
FROM
    unnest($2::text[], $3::timestamptz[], $4::text[], $5::text[])
        AS s (process, given_at, source, capture_process)
WHERE
    f.run_id = $1 AND f.process = s.process AND f.given_at = s.given_at AND f.source IS NULL;

-- name: end_acceptances
-- What was accepted until a day that is over is open again.
WITH ended AS (
    UPDATE audit.finding AS f
    SET
        state = CASE WHEN f.assignee IS NULL THEN 'open' ELSE 'assigned' END,
        accepted_until = NULL,
        reason = NULL,
        run_id = $1,
        changed_at = now()
    WHERE f.state = 'accepted' AND f.accepted_until < current_date
    RETURNING f.id, f.bucket, f.state
),

told AS (
    INSERT INTO audit.step (finding_id, bucket, number, state, run_id, reason)
    SELECT
        e.id,
        e.bucket,
        1 + (
            SELECT count(*) FROM audit.step AS p
            WHERE p.finding_id = e.id AND p.bucket = e.bucket
        ),
        e.state,
        $1,
        'it was accepted until yesterday'
    FROM ended AS e
)

SELECT count(*) FROM ended;

-- name: end_without_rule
-- What rules found that are no more is asked no more.
WITH ended AS (
    UPDATE audit.finding AS f
    SET
        state = 'verified',
        accepted_until = NULL,
        reason = NULL,
        run_id = $1,
        changed_at = now()
    WHERE f.state <> 'verified' AND f.rule <> ALL($2::text[])
    RETURNING f.id, f.bucket
),

told AS (
    INSERT INTO audit.step (finding_id, bucket, number, state, run_id, reason)
    SELECT
        e.id,
        e.bucket,
        1 + (
            SELECT count(*) FROM audit.step AS p
            WHERE p.finding_id = e.id AND p.bucket = e.bucket
        ),
        'verified',
        $1,
        'there is no such rule any more'
    FROM ended AS e
)

SELECT count(*) FROM ended;
