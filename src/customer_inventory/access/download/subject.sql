-- name: downloads_with_members
-- Downloads with a chunk in which any of some records are, by the hashes kept of its members.
SELECT DISTINCT c.download_id
FROM access.download_chunk AS c
WHERE EXISTS (
    SELECT FROM unnest($1::bytea[]) AS m (hash)
    WHERE position(m.hash IN c.members) > 0
);

-- name: queries_of_downloads
-- What downloads searched for.
SELECT
    d.id,
    d.query
FROM access.download AS d
WHERE d.query <> '';

-- name: blank_queries
-- Forget what downloads searched for.
UPDATE access.download AS d
SET query = ''
WHERE d.id = ANY($1::text[]);
