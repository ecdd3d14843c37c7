-- Trust per element: how far a source is trusted about one attribute of a record type
-- depends: 0054-lifecycle 0020-trust 0009-identity

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- `element` is `type.attribute`, or '' for all of which nothing else is said.
ALTER TABLE record.source_trust ADD COLUMN element text NOT NULL DEFAULT '';
ALTER TABLE record.source_trust DROP CONSTRAINT source_trust_pkey;
ALTER TABLE record.source_trust ADD PRIMARY KEY (source, element);

-- A change says all ranks of elements that hold from then on; those of the source itself without.
ALTER TABLE record.trust_change ADD COLUMN elements jsonb;
ALTER TABLE record.trust_change ALTER COLUMN rank DROP NOT NULL;

-- migrate: rollback
DELETE FROM record.trust_change
WHERE rank IS NULL;
ALTER TABLE record.trust_change ALTER COLUMN rank SET NOT NULL;
ALTER TABLE record.trust_change DROP COLUMN elements;
DELETE FROM record.source_trust
WHERE element <> '';
ALTER TABLE record.source_trust DROP CONSTRAINT source_trust_pkey;
ALTER TABLE record.source_trust DROP COLUMN element;
ALTER TABLE record.source_trust ADD PRIMARY KEY (source);
