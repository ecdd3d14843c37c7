-- name: sole_maker
-- Let one at a time make partitions: the others wait until this transaction ends.
SELECT pg_advisory_xact_lock($1);

-- name: months_there
-- The months that have a partition, by the end of its name.
SELECT substr(c.relname, length('sealed_') + 1) AS suffix
FROM pg_inherits AS i
INNER JOIN pg_class AS c ON i.inhrelid = c.oid
WHERE i.inhparent = 'access.sealed'::regclass;

-- name: make_month
-- A table as the partition of a month will be. {month}: the end of its name.
CREATE TABLE access.sealed_{month} (LIKE access.sealed INCLUDING DEFAULTS INCLUDING CONSTRAINTS);

-- name: index_month
-- By which it is asked who saw a record: little is kept aside in it, for each search reads all of
-- that. {month}: the end of its name.
CREATE INDEX sealed_{month}_record_ids ON access.sealed_{month} USING gin (record_ids)
WITH (gin_pending_list_limit = 256);

-- name: attach_month
-- The table becomes the partition of its month. {month}, {start}, {stop}: of the month.
ALTER TABLE access.sealed ATTACH PARTITION access.sealed_{month} -- noqa: PRS
FOR VALUES FROM ('{start}') TO ('{stop}');

-- name: drop_month
-- Drop a month. {month}: the end of its name.
DROP TABLE access.sealed_{month};
