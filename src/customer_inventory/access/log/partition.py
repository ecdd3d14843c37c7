"""The months of the sealed ledger: one partition each, made ahead, and dropped whole.

A partition is made beside its table and then attached: that takes no lock that readers or a sealer
would wait for. Whoever answers requests writes segments, and meets none of these locks at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from customer_inventory.kit.clock import now
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

AHEAD = "access.makeLedgerMonths"
"""The job that makes partitions before they are needed."""

_ONE_MAKER = 0x6D6F6E74  # "mont"
_AHEAD = 3


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month in UTC, the span of a partition."""

    year: int
    month: int

    @classmethod
    def of(cls, instant: datetime) -> "Month":
        """Return the month in which an instant (in UTC) lies."""
        return cls(instant.year, instant.month)

    @classmethod
    def named(cls, text: str) -> "Month":
        """Return the month that `suffix` or `str` wrote; raise ValueError for anything else."""
        return cls.of(datetime.strptime(text.replace("_", "-"), "%Y-%m").replace(tzinfo=UTC))

    @property
    def start(self) -> datetime:
        """Its first instant."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def stop(self) -> datetime:
        """The first instant of the next month."""
        return (self.start + timedelta(days=32)).replace(day=1)

    @property
    def next(self) -> "Month":
        """The month after it."""
        return Month.of(self.stop)

    @property
    def before(self) -> "Month":
        """The month before it."""
        return Month.of(self.start - timedelta(days=1))

    @property
    def suffix(self) -> str:
        """What the name of its partition ends with."""
        return f"{self.year:04}_{self.month:02}"

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


async def make(connection: Connection, months: Iterable[Month]) -> int:
    """Make the partitions of `months` that are not there; return how many that were.

    Within a transaction of the caller. Whoever else makes some waits until it ends.
    """
    there = set(await partitions(connection))
    missing = sorted(set(months) - there)
    if not missing:
        return 0
    await connection.execute(SQL.sole_maker, _ONE_MAKER)
    missing = sorted(set(missing) - set(await partitions(connection)))
    for month in missing:
        for statement in (SQL.make_month, SQL.index_month, SQL.attach_month):
            await connection.execute(_filled(statement, month))
    return len(missing)


async def make_ahead(database: Database) -> int:
    """Make the partitions of this month and the next ones; return how many were missing."""
    months = [Month.of(now())]
    while len(months) < _AHEAD:
        months.append(months[-1].next)
    async with database.transaction() as connection:
        return await make(connection, months)


async def partitions(connection: Connection) -> list[Month]:
    """Return the months that have a partition, earliest first."""
    rows = await connection.fetch(SQL.months_there)
    return sorted(Month.named(row["suffix"]) for row in rows)


async def drop(connection: Connection, month: Month) -> None:
    """Drop a month with all its entries, within a transaction that holds the table."""
    await connection.execute(_filled(SQL.drop_month, month))


def every_statement() -> dict[str, str]:
    """Return every statement that can be planned, by name."""
    return {name: SQL[name] for name in ("sole_maker", "months_there")}


def _filled(statement: str, month: Month) -> str:
    return statement.format(
        month=month.suffix, start=month.start.isoformat(), stop=month.stop.isoformat()
    )
