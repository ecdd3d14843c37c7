-- Rule packs: what does not hold between records is in the worklist of reconciliations too
-- depends: 0052-reconciliation

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- Rules of a pack are asked of what is held: there is no extract, and no mapping of one.
ALTER TABLE capture.reconciliation ALTER COLUMN mapping_sha256 DROP NOT NULL;

ALTER TABLE capture.reconciliation_item ADD COLUMN rule text;
ALTER TABLE capture.reconciliation_item DROP CONSTRAINT reconciliation_item_kind;
ALTER TABLE capture.reconciliation_item ADD CONSTRAINT reconciliation_item_kind
CHECK (kind IN ('missingHere', 'missingThere', 'different', 'refused', 'inconsistent'));
ALTER TABLE capture.reconciliation_item ADD CONSTRAINT reconciliation_item_rule
CHECK ((kind = 'inconsistent') = (rule IS NOT NULL));

-- migrate: rollback
DELETE FROM capture.reconciliation_item
WHERE kind = 'inconsistent';
DELETE FROM capture.reconciliation
WHERE mapping_sha256 IS NULL;
ALTER TABLE capture.reconciliation_item DROP CONSTRAINT reconciliation_item_rule;
ALTER TABLE capture.reconciliation_item DROP CONSTRAINT reconciliation_item_kind;
ALTER TABLE capture.reconciliation_item ADD CONSTRAINT reconciliation_item_kind
CHECK (kind IN ('missingHere', 'missingThere', 'different', 'refused'));
ALTER TABLE capture.reconciliation_item DROP COLUMN rule;
ALTER TABLE capture.reconciliation ALTER COLUMN mapping_sha256 SET NOT NULL;
