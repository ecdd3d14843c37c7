-- name: make_table
-- The table of a declared type, on the skeleton that every type shares.
CREATE TABLE IF NOT EXISTS record.{table} (
    id text NOT NULL,
    bucket smallint NOT NULL,
    subject_id text NOT NULL,
    revision bigint NOT NULL,
    operation text NOT NULL,
    body json NOT NULL,
    valid_from timestamptz,
    valid_to timestamptz,
    recorded_at timestamptz NOT NULL,
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);

-- name: wall_table
-- Nobody but the owner sees a row of it, whatever is granted.
ALTER TABLE record.{table} ENABLE ROW LEVEL SECURITY;

-- name: spread_table
-- Spread the table over the shards of records, where these lie in shards, unless it is.
SELECT create_distributed_table($1, 'bucket', colocate_with := 'record.link')
WHERE
    NOT EXISTS (
        SELECT FROM pg_dist_partition AS p
        WHERE p.logicalrelid = $1::text::regclass
    );

-- name: has_records
-- Whether there are records of a type.
SELECT count(*) > 0
FROM (SELECT r.id FROM record.{table} AS r LIMIT 1) AS one;
