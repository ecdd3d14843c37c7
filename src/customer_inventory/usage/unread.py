"""Elements that are held and that nobody reads, by a look at records of every type."""

from dataclasses import dataclass
from datetime import timedelta

from customer_inventory.record.register.presence import presence
from customer_inventory.record.types import TYPES
from customer_inventory.requirements.gaps import Gap, gaps
from customer_inventory.store.database import Database

UNUSED_FOR = timedelta(days=90)
"""What was not used, or not read, for so long counts as never used."""
_LOOKED_AT = 1000


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look found: how many elements are held, and those that were not read for 90 days.

    Elements are attributes of the first level that records looked at have.
    """

    elements: int
    unread: tuple[Gap, ...]


async def look(database: Database) -> Looked:
    """Look at a thousand records of each type: that takes seconds, so look once for a report."""
    elements = 0
    for declared in TYPES.values():
        made = await presence(database, declared, most=_LOOKED_AT)
        elements += sum("." not in path for path in made.processes)
    found = await gaps(database, unread_for=UNUSED_FOR, most=_LOOKED_AT)
    return Looked(elements, tuple(gap for gap in found if gap.kind == "neverRead"))
