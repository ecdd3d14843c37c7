"""The declared record types, by name. Each module declares those of one SID entity.

The register of requirements may declare further ones (`put`), while the house is open.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

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

SHIPPED = frozenset(TYPES)
"""The types that are declared here, and not by the register."""

Cached = TypeVar("Cached")
_forgetting: list[Callable[[], None]] = []


def over_every_type(cached: Cached) -> Cached:
    """Let a cached function whose result is made of every type forget it when there are others."""
    _forgetting.append(cached.cache_clear)  # type: ignore[attr-defined]
    return cached


def added() -> tuple[RecordType, ...]:
    """Return the types that the register declares."""
    return tuple(declared for name, declared in TYPES.items() if name not in SHIPPED)


def put(others: Mapping[str, RecordType]) -> None:
    """Let `others` be the types beyond those declared here, in the place of those before.

    One that is there already, and says the same, stays the object that it is.
    """
    before = {declared.name: declared for declared in added()}
    said = {name: _said(declared) for name, declared in before.items()}
    if said == {name: _said(declared) for name, declared in others.items()}:
        return
    for name, declared in before.items():
        del TYPES[name], _BY_ENTITY[declared.entity.lower()]
    for name, declared in others.items():
        kept = before[name] if said.get(name) == _said(declared) else declared
        TYPES[name] = _BY_ENTITY[kept.entity.lower()] = kept
    for forget in _forgetting:
        forget()


def _said(declared: RecordType) -> tuple[object, ...]:
    return declared.entity, declared.description, declared.references, declared.subject


def subject_paths() -> list[str]:
    """Return every path at which some type names whom its records belong to."""
    return sorted({path for declared in TYPES.values() for path in declared.subject})


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
