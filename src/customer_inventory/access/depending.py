"""What depends on a right: who uses it, as the ledger tells, and what stops working without it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

LOOKED_AT = 20_000
"""So many of the latest accesses of a process are looked at: what it does, not all it ever did."""


@dataclass(frozen=True, slots=True)
class Use:
    """What was done of late: `requests` of one kind, of `records`, by so many `people`."""

    purpose: str
    operation: str
    record_type: str
    requests: int
    records: int
    people: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Dependence:
    """What a process does by a right, and what acts through it: all of that stops without it.

    `tokens` and `clients` are those that are good now, `people` those who are admitted to the
    process, `downloads` those under way.
    """

    uses: Sequence[Use]
    tokens: int
    clients: int
    people: int
    downloads: int

    @property
    def last_at(self) -> datetime | None:
        """When it was used last, None for never."""
        return max((use.last_at for use in self.uses), default=None)

    @property
    def requests(self) -> int:
        """How many accesses of late would have been refused without it."""
        return sum(use.requests for use in self.uses)


async def dependence(
    database: Database, process: str, *, grant: str | None = None, purpose: str | None = None
) -> Dependence:
    """Return what depends on a process being permitted: anything, or what one `grant` permits.

    With a grant its `purpose` says which tokens and downloads depend on it.
    """
    rows = await database.fetch(SQL.lately, process, grant, LOOKED_AT)
    hanging = await database.row(SQL.hanging, process, purpose)
    assert hanging is not None  # noqa: S101 - a SELECT of counts has one row
    return Dependence([Use(**row) for row in rows], **hanging)


async def last_uses(database: Database, processes: Sequence[str]) -> Mapping[str, datetime | None]:
    """Return when each process last did what it may, None for never."""
    rows = await database.fetch(SQL.last_uses, list(processes))
    return {row["process"]: row["at"] for row in rows}
