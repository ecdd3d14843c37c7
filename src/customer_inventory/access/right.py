"""The rights that are held: what each process may do now, for what, and since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from customer_inventory.access.registration import HOUSE
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)


@dataclass(frozen=True, slots=True)
class Right:
    """What a process may do with a record type (`*` for every one) for a purpose."""

    process: str
    purpose: str
    record_type: str
    operations: Sequence[str]
    valid_from: datetime
    valid_to: datetime | None
    grant_id: str | None
    owner: str


async def rights(database: Database, process: str | None = None) -> list[Right]:
    """Return the rights in force, by process, purpose and type: of `process`, or of all.

    The house's own are left out.
    """
    return [Right(**row) for row in await database.fetch(SQL.rights_in_force, HOUSE, process)]
