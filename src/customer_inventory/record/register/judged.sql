-- name: judge_slice
-- Records of a type, judged: how many, and which of them fail which tests, a bit a test. {which}
-- are looked at. Each document is taken apart once: OFFSET 0 lets nothing be asked of the text.
SELECT
    count(*) AS looked_at,
    coalesce(array_agg(s.id) FILTER (WHERE s.bits <> 0), '{{}}') AS ids,
    coalesce(array_agg(s.bucket) FILTER (WHERE s.bits <> 0), '{{}}') AS buckets,
    coalesce(array_agg(s.revision) FILTER (WHERE s.bits <> 0), '{{}}') AS revisions,
    coalesce(array_agg(s.recorded_at) FILTER (WHERE s.bits <> 0), '{{}}') AS times,
    coalesce(array_agg(s.process) FILTER (WHERE s.bits <> 0), '{{}}') AS processes,
    coalesce(array_agg(s.bits) FILTER (WHERE s.bits <> 0), '{{}}') AS bits
FROM (
    SELECT
        r.id,
        r.bucket,
        r.revision,
        r.recorded_at,
        r.process,
        {failed} AS bits
    FROM (
        SELECT
            t.id,
            t.bucket,
            t.subject_id,
            t.revision,
            t.valid_from,
            t.valid_to,
            t.recorded_at,
            t.process,
            t.body::jsonb AS b
        FROM record.{table} AS t
        WHERE {which}
        OFFSET 0
    ) AS r
    OFFSET 0
) AS s;

-- name: end_of_slice
-- The id of the last of so many records of a type after an id; none where there are fewer.
SELECT t.id
FROM record.{table} AS t
WHERE t.id > $1::text
ORDER BY t.id
LIMIT 1 OFFSET $2;
