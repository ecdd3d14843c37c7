-- name: announce
-- Keep what a bulletin says now, and put into the outbox what happened to it.
WITH kept AS (
    INSERT INTO record.bulletin (id, bucket, revision, type, body)
    SELECT
        $1,
        $2,
        1 + coalesce(max(b.revision), 0),
        $3,
        $4::text::json
    FROM record.bulletin AS b
    WHERE b.id = $1 AND b.bucket = $2
    RETURNING id, bucket, revision, type, told_at
)

INSERT INTO record.outbox (bucket, id, type, revision, event, recorded_at)
SELECT
    k.bucket,
    k.id,
    k.type,
    k.revision,
    $5,
    k.told_at
FROM kept AS k;

-- name: bulletins_told
-- What bulletins say at revisions.
SELECT
    b.id,
    b.revision,
    b.body
FROM unnest($1::text[], $2::smallint[], $3::bigint[]) AS k (id, bucket, revision)
INNER JOIN record.bulletin AS b
    ON k.id = b.id AND k.bucket = b.bucket AND k.revision = b.revision;

-- name: forget_bulletins
-- Remove what was told before an instant.
DELETE FROM record.bulletin
WHERE told_at < $1;
