-- Tickets at a desk outside: the status that each had there when it was looked at last
-- depends: 0078-handover

-- migrate: apply
SET LOCAL lock_timeout = '3s';

ALTER TABLE shortcomings.ticket
ADD COLUMN remote_status text;

-- Whether a step was taken there: it is not told back.
ALTER TABLE shortcomings.ticket_step
ADD COLUMN is_theirs boolean NOT NULL DEFAULT FALSE;

CREATE INDEX ticket_remote_id ON shortcomings.ticket (remote_id);

-- migrate: rollback
ALTER TABLE shortcomings.ticket_step
DROP COLUMN is_theirs;
ALTER TABLE shortcomings.ticket
DROP COLUMN remote_status;
