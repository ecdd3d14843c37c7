"""What of the SID's customer entities the inventory holds: as which record types, served where."""

from collections.abc import Iterator, Mapping
from typing import Any

from customer_inventory.record.types import TYPES
from customer_inventory.record.types.summary import ENTITY_SUMMARY, KINDS
from customer_inventory.tmf.apis import api_of

_ENTITIES = {
    "individual": "Individual",
    "organization": "Organization",
    "customer": "Customer",
    "partyRole": "Party Role",
    "partyAccount": "Customer Account",
    "billingAccount": "Customer Billing Account",
    "settlementAccount": "Settlement Account",
    "financialAccount": "Financial Account",
    "agreement": "Customer Agreement",
    "product": "Product",
    "partyInteraction": "Customer Interaction",
    "troubleTicket": "Customer Problem",
    "partyPrivacyProfile": "Party Privacy Profile",
    "partyPrivacyAgreement": "Party Privacy Agreement",
    "partyRoleSpecification": "Party Role Specification",
    "billFormat": "Customer Bill Format",
    "billPresentationMedia": "Customer Bill Presentation Media",
    "billingCycleSpecification": "Customer Billing Cycle Specification",
    "agreementSpecification": "Agreement Specification",
    "partyPrivacyProfileSpecification": "Party Privacy Profile Specification",
    "troubleTicketSpecification": "Trouble Ticket Specification",
}
_KINDS = {
    "customerOrder": "Customer Order",
    "customerServiceLevelViolation": "Customer SLA Violation",
    "customerBill": "Customer Bill",
    "customerPayment": "Customer Payment",
    "customerDunning": "Customer Dunning State",
    "customerStatistic": "Customer Statistic",
}
"""Names of the SID: by record type, and by kind of entity summary."""


def coverage() -> Iterator[Mapping[str, Any]]:
    """Yield the entities of the SID, each with the record type, the API and where it is served.

    `kind` tells entity summaries apart; `mandatory` is what version 5 demands on create.
    """
    for name in TYPES:
        if name != ENTITY_SUMMARY.name:
            yield _row(_ENTITIES.get(name, TYPES[name].entity), name)
    for kind in KINDS:
        yield _row(_KINDS[kind], ENTITY_SUMMARY.name, kind)
    yield _row("Any other", ENTITY_SUMMARY.name)


def _row(entity: str, name: str, kind: str | None = None) -> Mapping[str, Any]:
    declared = TYPES[name]
    api = api_of(name)
    return {
        "sid_entity": entity,
        "type": name,
        "kind": kind,
        "api": api.number,
        "versions": ", ".join(api.versions),
        "paths": ", ".join(f"{api.base_of(version)}/{name}" for version in api.versions),
        "mandatory": ", ".join(declared.mandatory),
        "description": KINDS[kind] if kind else declared.description,
    }
