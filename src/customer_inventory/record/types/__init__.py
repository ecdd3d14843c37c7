"""The declared record types, by name. Each module declares those of one SID entity."""

from customer_inventory.kit.errors import NotFound
from customer_inventory.record.declare import RecordType
from customer_inventory.record.types import (
    account,
    agreement,
    billing,
    customer,
    interaction,
    party,
    privacy,
    product,
    role,
    summary,
    ticket,
)

TYPES: dict[str, RecordType] = {
    declared.name: declared
    for declared in (
        party.INDIVIDUAL,
        party.ORGANIZATION,
        customer.CUSTOMER,
        role.PARTY_ROLE,
        account.PARTY_ACCOUNT,
        account.BILLING_ACCOUNT,
        account.SETTLEMENT_ACCOUNT,
        account.FINANCIAL_ACCOUNT,
        agreement.AGREEMENT,
        product.PRODUCT,
        interaction.PARTY_INTERACTION,
        ticket.TROUBLE_TICKET,
        privacy.PARTY_PRIVACY_PROFILE,
        privacy.PARTY_PRIVACY_AGREEMENT,
        summary.ENTITY_SUMMARY,
        # The catalogue: about nobody, and referred to by many.
        role.PARTY_ROLE_SPECIFICATION,
        billing.BILL_FORMAT,
        billing.BILL_PRESENTATION_MEDIA,
        billing.BILLING_CYCLE_SPECIFICATION,
        agreement.AGREEMENT_SPECIFICATION,
        privacy.PARTY_PRIVACY_PROFILE_SPECIFICATION,
        ticket.TROUBLE_TICKET_SPECIFICATION,
    )
}

_BY_ENTITY = {declared.entity.lower(): declared for declared in TYPES.values()}


def named(name: str) -> RecordType:
    """Return the type of that name; raise NotFound when none is declared."""
    try:
        return TYPES[name]
    except KeyError:
        known = ", ".join(TYPES)
        raise NotFound(f"There is no record type {name!r}.", hint=f"Known: {known}.") from None


def of_entity(entity: object) -> RecordType | None:
    """Return the type whose `@type` is `entity` (in any case), if there is one."""
    return _BY_ENTITY.get(entity.lower()) if isinstance(entity, str) else None
