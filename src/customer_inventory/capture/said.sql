-- name: said_before
-- When a source said what it said last, of those of the records.
SELECT
    s.id,
    s.said_at AS said
FROM capture.said AS s
WHERE s.source = $1 AND s.id = ANY($2::text[]);

-- name: keep_said
-- Keep when a source says what it says of records.
INSERT INTO capture.said AS s (id, source, said_at)
SELECT
    r.id,
    $1,
    r.said_at
FROM unnest($2::text[], $3::timestamptz[]) AS r (id, said_at)
ON CONFLICT (
    id, source) DO UPDATE SET said_at = excluded.said_at
WHERE s.said_at <= excluded.said_at;

-- name: numbers_before
-- As the how manyth thing a source said what it said last, of those of the records.
SELECT
    o.id,
    o.said
FROM capture.stream_order AS o
WHERE o.source = $1 AND o.id = ANY($2::text[]);

-- name: keep_numbers
-- Keep as the how manyth thing a source says what it says of records.
INSERT INTO capture.stream_order AS o (id, source, said)
SELECT
    r.id,
    $1,
    r.said
FROM unnest($2::text[], $3::numeric[]) AS r (id, said)
ON CONFLICT (id, source) DO UPDATE SET said = excluded.said;
