-- name: is_sandbox
-- Whether this inventory is a sandbox.
SELECT i.kind = 'sandbox'
FROM access.installation AS i;

-- name: people_decide
-- Whether anybody decides on grants here, or one was asked for.
SELECT
    EXISTS (SELECT FROM access.person_capacity)
    OR EXISTS (SELECT FROM access.process_grant);

-- name: declare
-- Make this inventory a sandbox, or put it into production.
UPDATE access.installation
SET kind = $1, declared_at = now(), declared_by = $2;
