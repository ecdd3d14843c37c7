"""How far what is held agrees with its sources, element by element, as they were last compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from customer_inventory.capture.mapping import parse_mapping
from customer_inventory.capture.reconcile.begun import parts_of
from customer_inventory.capture.reconcile.tolerance import parse_tolerances
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)


@dataclass(frozen=True)
class Agreement:
    """A comparison of the records of a namespace with their source, the last that was ended.

    `records` are those that both sides have; `elements` what was compared of them, None for whole
    documents.
    """

    source: str
    record_type: str
    compared_at: datetime
    records: int
    elements: frozenset[str] | None
    reconciliation: int
    namespace: int

    def covers(self, path: str) -> bool:
        """Tell whether the element at a path was compared, or something in it."""
        if self.elements is None:
            return True
        return any(each == path or each.startswith(f"{path}.") for each in self.elements)

    async def differing(self, database: Database, path: str) -> tuple[int, int]:
        """Return how many records differ in an element, and in how many of them it is accepted."""
        row = await database.row(SQL.differing, self.reconciliation, self.namespace, path)
        assert row is not None  # noqa: S101 - an aggregate always has a row
        return row["differing"], row["accepted"]


async def agreements(database: Database) -> Sequence[Agreement]:
    """Return how far what is held agrees with each source: the last comparison of each part."""
    return [_agreement(row) for row in await database.fetch(SQL.last_compared)]


def _agreement(row: Row) -> Agreement:
    mapping = parse_mapping(row["yaml"], row["mapping"])
    tolerances = parse_tolerances(row["rules"], mapping)
    elements: frozenset[str] | None = None
    for part in parts_of(mapping):
        if part.alias == row["alias"] and part.elements is not None:
            elements = frozenset(
                each
                for each in part.elements
                if not tolerances.of(part.alias, each).is_never_compared
            )
    return Agreement(
        row["source"],
        row["record_type"],
        row["ended_at"],
        row["records"],
        elements,
        row["reconciliation"],
        row["namespace"],
    )
