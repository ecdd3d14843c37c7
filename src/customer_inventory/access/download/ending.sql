-- name: end_download
-- End a download that is in one of some states; a file that was whole is so no more.
UPDATE access.download AS d
SET
    state = $3,
    state_reason = $4,
    changed_at = now(),
    changed_by = $5,
    sha256 = NULL,
    position = ''
WHERE d.id = $1 AND d.state = ANY($2::text[])
RETURNING d.*;

-- name: drop_chunks
-- The chunks of a file, with the keys to it.
DELETE FROM access.download_chunk AS c
WHERE c.download_id = $1;

-- name: expired_downloads
-- Downloads whose file has been there as long as it may.
SELECT d.id
FROM access.download AS d
WHERE d.state = 'succeeded' AND d.expires_at <= now();

-- name: stalled_downloads
-- Downloads that should be under way and of which nothing was heard for some minutes.
SELECT
    d.id,
    d.process,
    d.purpose,
    d.person
FROM access.download AS d
WHERE
    d.state IN ('notStarted', 'running')
    AND d.changed_at < now() - make_interval(mins => $1);
