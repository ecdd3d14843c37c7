-- name: hold_register
-- One edition is made at a time.
SELECT pg_advisory_xact_lock(hashtext('requirements.edition'));
