"""Storage metered: what tables take, whose it is, and for how long.

Tables are looked at now and then. What a look found holds until the next one, so that storage is
weighted by time: bytes times seconds, exact, from which gigabyte-months are told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from customer_inventory.record.types import TYPES
from customer_inventory.record.written_by import records_by_process
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

GIGABYTE = 10**9
_SIZES = ("heap_bytes", "index_bytes", "toast_bytes")


@dataclass(frozen=True, slots=True)
class Held:
    """What a table took within a span, in byte-seconds; `record_type` if it holds one.

    `owners` shares it out: the record-seconds of each process that was the last to write records.
    """

    relation: str
    record_type: str | None
    heap: int
    index: int
    toast: int
    owners: Mapping[str, int]

    @property
    def whole(self) -> int:
        """All three together."""
        return self.heap + self.index + self.toast


def gigabyte_months(byte_seconds: int, start: datetime, stop: datetime) -> Decimal:
    """Return byte-seconds within a month as gigabytes (10^9) held for the whole of it."""
    return Decimal(byte_seconds) / (GIGABYTE * int((stop - start).total_seconds()))


async def look(database: Database, at: datetime) -> int:
    """Keep what every table takes now, as of `at`, and whose the records are; return how many."""
    types = {f"record.{declared.table}": name for name, declared in TYPES.items()}
    # Counting the records of millions takes longer than a caller's statement may.
    async with database.session() as connection, connection.transaction():
        sizes = await connection.fetch(SQL.sizes)
        relations = [row["relation"] for row in sizes]
        parts = ([row[name] for row in sizes] for name in _SIZES)
        kinds = [types.get(relation) for relation in relations]
        await connection.execute(SQL.keep_sizes, at, relations, kinds, *parts)
        shares = [
            (name, process, records)
            for name, declared in TYPES.items()
            for process, records in (await records_by_process(connection, declared)).items()
        ]
        columns = list(zip(*shares, strict=True)) if shares else [(), (), ()]
        await connection.execute(SQL.keep_shares, at, *columns)
    return len(relations)


async def records_at(database: Database, record_type: str, before: datetime) -> int:
    """Return how many records of a type there were at the last look before an instant."""
    return int(await database.value(SQL.records_at, record_type, before))


async def size_before(database: Database, before: datetime) -> int:
    """Return what all tables took at the last look before an instant, in bytes."""
    return int(await database.value(SQL.size_before, before))


async def held(database: Database, start: datetime, stop: datetime) -> Sequence[Held]:
    """Return what every table took from `start` to before `stop`, a table a row."""
    owners: dict[str, dict[str, int]] = {}
    for row in await database.fetch(SQL.owned_between, start, stop):
        owners.setdefault(row["record_type"], {})[row["process"]] = int(row["held"])
    return [
        Held(
            row["relation"],
            row["record_type"],
            int(row["heap"]),
            int(row["index"]),
            int(row["toast"]),
            owners.get(row["record_type"], {}),
        )
        for row in await database.fetch(SQL.held_between, start, stop)
    ]
