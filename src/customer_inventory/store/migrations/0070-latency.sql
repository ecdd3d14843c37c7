-- How long answers took: counted by length, as the services measured it
-- depends: 0066-cost

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- A row for each length that was seen: `bucket` is the place of the first bound that an answer did
-- not exceed, the number of bounds when it exceeded them all (usage/metering/latency.py).
CREATE TABLE usage.latency (
    hour timestamptz NOT NULL,
    process text NOT NULL,
    operation text NOT NULL,
    record_type text NOT NULL,
    bucket smallint NOT NULL,
    requests bigint NOT NULL,
    microseconds bigint NOT NULL,
    PRIMARY KEY (hour, process, operation, record_type, bucket),
    CONSTRAINT latency_counts CHECK (least(bucket, requests, microseconds) >= 0)
);

-- migrate: rollback
DROP TABLE usage.latency;
