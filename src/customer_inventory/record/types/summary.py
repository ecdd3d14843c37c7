"""Entity summaries: what other systems keep of a customer, with what was last known of it.

The SID knows more customer entities than the inventory keeps itself: orders, violations of
service levels, bills, payments, dunning, statistics. Each has a home here as a typed reference.
"""

from customer_inventory.record.declare import Column, RecordType, Reference
from customer_inventory.record.schema import LONGEST_NAME, many, moment, text
from customer_inventory.record.types.common import (
    ACCOUNTS,
    CHARACTERISTIC,
    EXTERNAL_IDENTIFIER,
    FOUND_BY_EXTERNAL,
    MONEY,
    PERIOD,
    QUANTITY,
    RELATED_ENTITY,
    RELATED_PARTY,
    ROLE_TARGETS,
)

KINDS = {
    "customerOrder": "An order that a customer placed",
    "customerServiceLevelViolation": "A service level agreed with a customer that was not kept",
    "customerBill": "A bill sent to a customer",
    "customerPayment": "A payment by a customer",
    "customerDunning": "Where a customer stands in dunning",
    "customerStatistic": "A figure about a customer: revenue, churn risk, use",
}
"""The kinds of the SID; sources may send others."""

ENTITY_SUMMARY = RecordType(
    name="entitySummary",
    entity="EntitySummary",
    description="Something of a customer that another system keeps, and what was last known of it",
    mandatory=("kind", "externalIdentifier", "relatedParty"),
    attributes={
        "kind": text(f"What it is: {', '.join(KINDS)}, or another", most=100),
        "name": text(most=LONGEST_NAME),
        "description": text(),
        "owner": text("The system that keeps it", most=LONGEST_NAME),
        "externalIdentifier": many(
            EXTERNAL_IDENTIFIER, at_least=1, description="What that system calls it"
        ),
        "status": text("Where it stands", most=100),
        "statusReason": text(),
        "occurredAt": moment("When it happened: ordered, billed, paid"),
        "dueDate": moment("When it is due"),
        "lastUpdate": moment("As of when this was known"),
        "validFor": PERIOD,
        "amount": MONEY,
        "openAmount": MONEY,
        "quantity": QUANTITY,
        "characteristic": many(CHARACTERISTIC, description="Further figures"),
        "relatedParty": many(RELATED_PARTY, at_least=1, description="Whose it is"),
        "relatedEntity": many(RELATED_ENTITY, description="The account, product … it is about"),
    },
    columns=(
        Column("kind", ("kind",), is_indexed=True),
        Column("name", ("name",)),
        Column("owner", ("owner",)),
        Column("status", ("status",)),
    ),
    searched=(FOUND_BY_EXTERNAL,),
    references=(
        Reference("relatedParty.partyOrPartyRole", ROLE_TARGETS, role="role"),
        Reference("relatedEntity.entity", ("product", "agreement", *ACCOUNTS), role="role"),
    ),
    subject=("relatedParty.partyOrPartyRole",),
)
