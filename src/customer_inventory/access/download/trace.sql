-- name: downloads_of_canaries
-- The downloads in which records with any of some values were planted.
SELECT d.*
FROM access.download AS d
WHERE d.id IN (
    SELECT c.download_id FROM access.download_canary AS c
    WHERE c.value_sha256 = ANY($1::bytea[])
);

-- name: downloads_of_watermarks
-- The downloads whose files carry any of some watermarks.
SELECT d.*
FROM access.download AS d
WHERE d.watermark = ANY($1::bytea[]);
