-- Search: the keys that records are found by, and the dictionary of name words
-- depends: 0005-types

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- Keys are short texts that say what they are, `n:lundberg`, `t:+46701740605` (record/search/key).
-- The write statement fills them like the search columns. A short pending list keeps writes cheap
-- and never makes a search read much.
ALTER TABLE record.individual ADD COLUMN keys text[];
ALTER TABLE record.organization ADD COLUMN keys text[];
ALTER TABLE record.customer ADD COLUMN keys text[];
ALTER TABLE record.party_account ADD COLUMN keys text[];
ALTER TABLE record.billing_account ADD COLUMN keys text[];
ALTER TABLE record.agreement ADD COLUMN keys text[];
ALTER TABLE record.party_role ADD COLUMN keys text[];
ALTER TABLE record.settlement_account ADD COLUMN keys text[];
ALTER TABLE record.financial_account ADD COLUMN keys text[];
ALTER TABLE record.product ADD COLUMN keys text[];
ALTER TABLE record.trouble_ticket ADD COLUMN keys text[];
ALTER TABLE record.entity_summary ADD COLUMN keys text[];
CREATE INDEX individual_keys ON record.individual USING gin (keys)
WITH (gin_pending_list_limit = 256);
CREATE INDEX organization_keys ON record.organization USING gin (keys)
WITH (gin_pending_list_limit = 256);
CREATE INDEX customer_keys ON record.customer USING gin (keys)
WITH (gin_pending_list_limit = 256);
CREATE INDEX party_account_keys ON record.party_account USING gin (keys)
WITH (gin_pending_list_limit = 256);
CREATE INDEX billing_account_keys ON record.billing_account USING gin (keys)
WITH (gin_pending_list_limit = 256);
CREATE INDEX agreement_keys ON record.agreement USING gin (keys)
WITH (gin_pending_list_limit = 256);
CREATE INDEX party_role_keys ON record.party_role USING gin (keys)
WITH (gin_pending_list_limit = 256);
CREATE INDEX settlement_account_keys ON record.settlement_account USING gin (keys)
WITH (gin_pending_list_limit = 256);
CREATE INDEX financial_account_keys ON record.financial_account USING gin (keys)
WITH (gin_pending_list_limit = 256);
CREATE INDEX product_keys ON record.product USING gin (keys)
WITH (gin_pending_list_limit = 256);
CREATE INDEX trouble_ticket_keys ON record.trouble_ticket USING gin (keys)
WITH (gin_pending_list_limit = 256);
CREATE INDEX entity_summary_keys ON record.entity_summary USING gin (keys)
WITH (gin_pending_list_limit = 256);

-- Every word of a name, once; `near` is what it becomes when letters are left out.
CREATE TABLE record.word (
    word text COLLATE "C" NOT NULL,
    bucket smallint NOT NULL,
    near text[] NOT NULL,
    PRIMARY KEY (word, bucket)
);
CREATE INDEX word_near ON record.word USING gin (near) WITH (fastupdate = off);

-- migrate: rollback
DROP TABLE record.word;
ALTER TABLE record.entity_summary DROP COLUMN keys;
ALTER TABLE record.trouble_ticket DROP COLUMN keys;
ALTER TABLE record.product DROP COLUMN keys;
ALTER TABLE record.financial_account DROP COLUMN keys;
ALTER TABLE record.settlement_account DROP COLUMN keys;
ALTER TABLE record.party_role DROP COLUMN keys;
ALTER TABLE record.agreement DROP COLUMN keys;
ALTER TABLE record.billing_account DROP COLUMN keys;
ALTER TABLE record.party_account DROP COLUMN keys;
ALTER TABLE record.customer DROP COLUMN keys;
ALTER TABLE record.organization DROP COLUMN keys;
ALTER TABLE record.individual DROP COLUMN keys;
