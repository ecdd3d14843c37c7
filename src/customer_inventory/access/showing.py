"""Which groups of attributes processes are shown, and for what, by what is permitted now."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from customer_inventory.access.masking import told_groups
from customer_inventory.access.registration import EVERY_TYPE, HOUSE
from customer_inventory.access.terms import Terms
from customer_inventory.record.document import parse
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a process may read of records of a type for a purpose: which groups of attributes.

    A group that is shown in part, under a mask, is one of them.
    """

    process: str
    purpose: str
    record_type: str
    groups: frozenset[str]


async def shown_now(database: Database) -> list[Shown]:
    """Return what every active process but the house's own is shown now, by record type."""
    agreed: dict[tuple[str, str], dict[str, Terms]] = defaultdict(dict)
    for row in await database.fetch(SQL.reading_permissions):
        if row["process"] != HOUSE:
            agreed[row["process"], row["purpose"]][row["record_type"]] = parse(row["terms"])
    return [
        each
        for (process, purpose), terms in agreed.items()
        for each in _shown(process, purpose, terms)
    ]


def _shown(process: str, purpose: str, agreed: Mapping[str, Terms]) -> Iterator[Shown]:
    """Yield what is shown of each type; terms of its own go before those of every type."""
    for name in TYPES:
        if name in agreed or EVERY_TYPE in agreed:
            terms = agreed.get(name) or agreed.get(EVERY_TYPE) or {}
            yield Shown(process, purpose, name, told_groups(terms))
