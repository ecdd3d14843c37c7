-- Refused rows tell their reason in a word for programs too
-- depends: 0004-capture

-- migrate: apply
SET LOCAL lock_timeout = '3s';

ALTER TABLE capture.refusal ADD COLUMN code text;

-- migrate: rollback
ALTER TABLE capture.refusal DROP COLUMN code;
