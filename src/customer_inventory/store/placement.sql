-- name: version_and_citus
-- The version of the server, and whether the database has Citus.
SELECT
    current_setting('server_version_num')::integer AS version,
    to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL AS has_citus;

-- name: shards_of_buckets
-- The shard that each of so many buckets ($1) lies in; none where records are not distributed.
SELECT s.shardid
FROM generate_series(0, $1::integer - 1) AS b (bucket)
INNER JOIN pg_dist_shard AS s ON s.logicalrelid = to_regclass('record.link')
WHERE
    worker_hash(b.bucket::smallint)
    BETWEEN s.shardminvalue::integer AND s.shardmaxvalue::integer
ORDER BY b.bucket;
