"""From where values and records came, and whether their sources still say so.

It is told to audits by the room that brings records in.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from customer_inventory.audit.finding.meeting import Brought, Given, Sources
from customer_inventory.store.database import Database

Relation = Callable[[Database, str], Awaitable[tuple[str, Sequence[Any]]]]
"""SQL, and its values, that selects of a record type who brought which record.

Rows have `stratum` (source, captureProcess), `name`, `id` and `bucket`.
"""


class Comparison(Protocol):
    """Records of a type compared with their source, when that was last done."""

    @property
    def source(self) -> str:
        """The source."""

    @property
    def record_type(self) -> str:
        """The type of the records."""

    @property
    def compared_at(self) -> datetime:
        """When it was done."""

    @property
    def records(self) -> int:
        """How many records were compared."""

    def covers(self, path: str) -> bool:
        """Tell whether the element at a path was compared."""

    async def differing(self, database: Database, path: str) -> tuple[int, int]:
        """Return how many records differ in an element, and in how many of them it is accepted."""


Comparisons = Callable[[Database], Awaitable[Sequence[Comparison]]]


async def _unknown(_: Sequence[Given]) -> Mapping[Given, Brought]:
    return {}


@dataclass(frozen=True, slots=True)
class Origins:
    """What is known of origins: of values by who gave them when, and of records.

    `comparisons` are those with sources. None: nothing is known.
    """

    sources: Sources = _unknown
    records: Relation | None = None
    comparisons: Comparisons | None = None


UNKNOWN = Origins()
