-- The register begins with what ships: hundreds of versions in one statement
-- depends: 0043-register

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- Whether anybody but the product has proposed anything, without a look at every version.
CREATE INDEX version_of_people ON requirements.version (requirement_id)
WHERE proposed_by <> 'customer-inventory';

-- Only who reviews and approves can be hindered (requirements.hindrance).
DROP TRIGGER decision_apart ON requirements.decision;
CREATE TRIGGER decision_apart BEFORE INSERT ON requirements.decision
FOR EACH ROW WHEN (new.state IN ('reviewed', 'approved'))
EXECUTE FUNCTION requirements.keep_apart();

-- migrate: rollback
DROP TRIGGER decision_apart ON requirements.decision;
CREATE TRIGGER decision_apart BEFORE INSERT ON requirements.decision
FOR EACH ROW EXECUTE FUNCTION requirements.keep_apart();
DROP INDEX requirements.version_of_people;
