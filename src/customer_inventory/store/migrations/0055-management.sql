-- Management: what a run of a process counted, and whether that was what it was to reach
-- depends: 0054-lifecycle

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- The figures of a run by name, and whether its objective was met (NULL: nobody can tell).
ALTER TABLE capture.run ADD COLUMN figures jsonb NOT NULL DEFAULT '{}';
ALTER TABLE capture.run ADD COLUMN is_met boolean;

-- One process of a task is in force at a time.
CREATE UNIQUE INDEX process_version_task ON capture.process_version ((content ->> 'task'))
WHERE state = 'enforced';

-- migrate: rollback
DROP INDEX capture.process_version_task;
ALTER TABLE capture.run DROP COLUMN is_met;
ALTER TABLE capture.run DROP COLUMN figures;
