-- The other record types: roles, products, tickets, privacy, catalogue, entity summaries
-- depends: 0004-capture

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- The skeleton of every record type, as in 0002, and the name that all of these have.
CREATE TABLE record.bill_format (
    id text NOT NULL,
    bucket smallint NOT NULL,
    subject_id text NOT NULL,
    revision bigint NOT NULL,
    operation text NOT NULL,
    body json NOT NULL,
    valid_from timestamptz,
    valid_to timestamptz,
    recorded_at timestamptz NOT NULL,
    process text NOT NULL,
    person text,
    purpose text NOT NULL,
    name text,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);
CREATE INDEX bill_format_name ON record.bill_format (name, id);

CREATE TABLE record.bill_presentation_media (
    LIKE record.bill_format,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);
CREATE INDEX bill_presentation_media_name ON record.bill_presentation_media (name, id);

CREATE TABLE record.billing_cycle_specification (
    LIKE record.bill_format,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);
CREATE INDEX billing_cycle_specification_name ON record.billing_cycle_specification (name, id);

CREATE TABLE record.party_role_specification (
    LIKE record.bill_format,
    lifecycle_status text,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);
CREATE INDEX party_role_specification_name ON record.party_role_specification (name, id);

CREATE TABLE record.agreement_specification (
    LIKE record.bill_format,
    lifecycle_status text,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);
CREATE INDEX agreement_specification_name ON record.agreement_specification (name, id);

CREATE TABLE record.party_privacy_profile_specification (
    LIKE record.bill_format,
    lifecycle_status text,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);
CREATE INDEX party_privacy_profile_specification_name
ON record.party_privacy_profile_specification (name, id);

CREATE TABLE record.trouble_ticket_specification (
    LIKE record.bill_format,
    lifecycle_status text,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);
CREATE INDEX trouble_ticket_specification_name ON record.trouble_ticket_specification (name, id);

CREATE TABLE record.party_role (
    LIKE record.bill_format,
    role text,
    status text,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);
CREATE INDEX party_role_name ON record.party_role (name, id);
CREATE INDEX party_role_status ON record.party_role (status, id);

CREATE TABLE record.settlement_account (
    LIKE record.bill_format,
    account_type text,
    state text,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);
CREATE INDEX settlement_account_name ON record.settlement_account (name, id);

CREATE TABLE record.financial_account (
    LIKE record.bill_format,
    account_type text,
    state text,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);
CREATE INDEX financial_account_name ON record.financial_account (name, id);

CREATE TABLE record.product (
    LIKE record.bill_format,
    status text,
    serial_number text,
    offering_id text,
    billing_account_id text,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);
CREATE INDEX product_name ON record.product (name, id);
CREATE INDEX product_status ON record.product (status, id);
CREATE INDEX product_serial_number ON record.product (serial_number, id);

CREATE TABLE record.trouble_ticket (
    LIKE record.bill_format,
    status text,
    severity text,
    priority text,
    ticket_type text,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);
CREATE INDEX trouble_ticket_status ON record.trouble_ticket (status, id);
CREATE INDEX trouble_ticket_valid_from ON record.trouble_ticket (valid_from, id);

CREATE TABLE record.party_privacy_profile (
    LIKE record.bill_format,
    status text,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);
CREATE INDEX party_privacy_profile_name ON record.party_privacy_profile (name, id);

CREATE TABLE record.party_privacy_agreement (
    LIKE record.bill_format,
    agreement_type text,
    status text,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);
CREATE INDEX party_privacy_agreement_name ON record.party_privacy_agreement (name, id);
CREATE INDEX party_privacy_agreement_status ON record.party_privacy_agreement (status, id);

CREATE TABLE record.entity_summary (
    LIKE record.bill_format,
    kind text,
    owner text,
    status text,
    PRIMARY KEY (id, bucket)
) WITH (fillfactor = 85, toast_tuple_target = 8160);
CREATE INDEX entity_summary_kind ON record.entity_summary (kind, id);

-- migrate: rollback
DROP TABLE record.entity_summary;
DROP TABLE record.party_privacy_agreement;
DROP TABLE record.party_privacy_profile;
DROP TABLE record.trouble_ticket;
DROP TABLE record.product;
DROP TABLE record.financial_account;
DROP TABLE record.settlement_account;
DROP TABLE record.party_role;
DROP TABLE record.trouble_ticket_specification;
DROP TABLE record.party_privacy_profile_specification;
DROP TABLE record.agreement_specification;
DROP TABLE record.party_role_specification;
DROP TABLE record.billing_cycle_specification;
DROP TABLE record.bill_presentation_media;
DROP TABLE record.bill_format;
