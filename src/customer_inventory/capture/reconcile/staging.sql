-- name: prepare_stage
-- A chunk takes its time, and what a crash undoes is staged again.
SELECT
    set_config('statement_timeout', '0', TRUE),
    set_config('synchronous_commit', 'off', TRUE);

-- name: mark_stage
-- What is staged of a reconciliation is there: this line goes with it if it does.
INSERT INTO capture.reconciliation_staged (reconciliation, namespace, id, bucket, line)
VALUES ($1, 0, '', 0, 0);
