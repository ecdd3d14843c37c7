"""What a registered purpose heeds of what subjects want (GDPR articles 6, 7, 18 and 21)."""

from typing import NamedTuple

from customer_inventory.access.grant.people import OBJECTIONABLE, purposes
from customer_inventory.record.choice.asked import Asked, asked
from customer_inventory.store.database import Database, Row


class Heeded(NamedTuple):
    """Whether a purpose is kept from what is restricted, and which choices it asks for."""

    despite_restriction: bool = False
    choice: Asked | None = None


def heeded(purpose: str, row: Row) -> Heeded:
    """Return what a purpose heeds, by the facts of its register in `row` (none: unregistered)."""
    return Heeded(bool(row["despite_restriction"]), _choice(purpose, row))


async def heeded_by(database: Database, purpose: str) -> Heeded:
    """Return what a purpose heeds; of one that is not registered, restrictions alone."""
    for row in await purposes(database):
        if row["code"] == purpose:
            return heeded(purpose, row)
    return Heeded()


def _choice(purpose: str, row: Row) -> Asked | None:
    """Return what a purpose asks of the choices of subjects; None: nothing.

    One that requires consent is shown those who agreed. Against legitimate interests and a public
    task subjects may object, but where its grounds are compelling or it serves legal claims.
    """
    words = row["privacy_purposes"] or (purpose,)
    if row["requires_consent"]:
        return asked(words, needs_consent=True)
    is_overriding = row["despite_objection"] or row["despite_restriction"]
    if row["legal_basis"] in OBJECTIONABLE and not is_overriding:
        return asked(words, needs_consent=False)
    return None
