"""What of the inventory lies in partitions: what there is, what is made ahead, what may go.

The ledger is: a partition a month, dropped whole when its rule says so, no legal hold keeps it and
it is proved to be as it was sealed (`access.log.retiring`).
"""

from dataclasses import dataclass

from customer_inventory.access.log.partition import Month
from customer_inventory.access.log.retiring import Retirer, Standing
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)


@dataclass(frozen=True, slots=True)
class Part:
    """A partition: of which table, its month, bytes, about how many rows, and how it stands."""

    table: str
    name: str
    month: Month
    size: int
    rows: int
    standing: Standing | None

    @property
    def state(self) -> str:
        """Due, held, kept, empty; ahead for a month that has not come."""
        return "kept" if self.standing is None else self.standing.state


async def partitions(database: Database, retirer: Retirer) -> list[Part]:
    """Return every partition, earliest first, with what becomes of it."""
    standing = {each.month: each for each in await retirer.plan()}
    found = []
    for row in await database.fetch(SQL.partitions):
        month = _month_of(row["name"])
        if month is not None:
            found.append(
                Part(
                    row["table_name"],
                    row["name"],
                    month,
                    row["bytes"],
                    row["about_rows"],
                    standing.get(month),
                )
            )
    return sorted(found, key=lambda part: (part.table, part.month))


def _month_of(name: str) -> Month | None:
    try:
        return Month.named(name[-7:])
    except ValueError:
        return None
