-- Audit campaigns ask outside whether something is true
-- depends: 0063-audit-campaign

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- What was asked of an item, over the event interface, and what was answered: verdicts by element,
-- right values where one differs, and who or what said so.
CREATE TABLE audit.confirmation (
    id text PRIMARY KEY,
    campaign text NOT NULL,
    item integer NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now(),
    verdicts json,
    right_values json,
    reference text,
    answered_by text,
    answered_at timestamptz,
    FOREIGN KEY (campaign, item) REFERENCES audit.campaign_item (campaign, number),
    CONSTRAINT confirmation_answered CHECK (
        (answered_at IS NULL) = (verdicts IS NULL) AND (answered_at IS NULL) = (answered_by IS NULL)
    )
);
CREATE UNIQUE INDEX confirmation_open
ON audit.confirmation (campaign, item) WHERE answered_at IS NULL;
CREATE INDEX confirmation_item ON audit.confirmation (campaign, item);

-- migrate: rollback
DROP TABLE audit.confirmation;
