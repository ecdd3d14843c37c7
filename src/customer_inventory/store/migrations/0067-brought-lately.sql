-- Which records a source brought is written many in a row, and put in order later
-- depends: 0052-reconciliation

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- What chunks of imports brought, a row a chunk and namespace: one index entry for thousands of
-- records. Whoever asks has it put into `capture.brought` first (capture/brought.py). Ids are not
-- compressed: there is nothing in them to compress.
CREATE TABLE capture.brought_lately (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    namespace integer NOT NULL,
    records integer NOT NULL,
    ids text[] NOT NULL,
    buckets smallint[] NOT NULL
);
ALTER TABLE capture.brought_lately ALTER COLUMN ids SET STORAGE EXTERNAL;
ALTER TABLE capture.brought_lately ALTER COLUMN buckets SET STORAGE EXTERNAL;

-- migrate: rollback
INSERT INTO capture.brought (namespace, id, bucket)
SELECT
    l.namespace,
    u.id,
    u.bucket
FROM capture.brought_lately AS l
CROSS JOIN LATERAL unnest(l.ids, l.buckets) AS u (id, bucket)
ON CONFLICT DO NOTHING;
DROP TABLE capture.brought_lately;
