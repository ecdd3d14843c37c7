-- Whether single keys do something for a person at the console (WCAG 2.2, success criterion 2.1.4)
-- depends: 0026-account

-- migrate: apply
SET LOCAL lock_timeout = '3s';

ALTER TABLE access.account ADD COLUMN has_character_keys boolean NOT NULL DEFAULT TRUE;

-- migrate: rollback
ALTER TABLE access.account DROP COLUMN has_character_keys;
