"""The declared record types, by name. Each module declares those of one SID entity."""

from customer_inventory.kit.errors import NotFound
from customer_inventory.record.declare import RecordType
from customer_inventory.record.types.account import BILLING_ACCOUNT, PARTY_ACCOUNT
from customer_inventory.record.types.agreement import AGREEMENT
from customer_inventory.record.types.customer import CUSTOMER
from customer_inventory.record.types.interaction import PARTY_INTERACTION
from customer_inventory.record.types.party import INDIVIDUAL, ORGANIZATION

TYPES: dict[str, RecordType] = {
    declared.name: declared
    for declared in (
        INDIVIDUAL,
        ORGANIZATION,
        CUSTOMER,
        PARTY_ACCOUNT,
        BILLING_ACCOUNT,
        AGREEMENT,
        PARTY_INTERACTION,
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
