-- name: move_origins
-- These origins belong to another root now.
UPDATE record.origin AS o SET root = $3
FROM unnest($1::text[], $2::smallint[]) AS k (id, bucket)
WHERE o.id = k.id AND o.bucket = k.bucket;

-- name: set_parent
-- What an origin is merged into (nothing: it stands for itself).
UPDATE record.origin AS o SET parent = $3, root = $4
WHERE o.id = $1 AND o.bucket = $2;

-- name: begin_membership
-- From now on the origin is shown as another.
INSERT INTO record.membership (
    origin, bucket, type, shown, joined_at, joined_by, joined_by_person, purpose
)
VALUES ($1, $2, $3, $4, clock_timestamp(), $5, $6, $7);

-- name: end_membership
-- From now on the origin stands for itself again.
UPDATE record.membership AS m
SET left_at = clock_timestamp(), left_by = $3, left_by_person = $4
WHERE m.origin = $1 AND m.bucket = $2 AND m.left_at IS NULL;
