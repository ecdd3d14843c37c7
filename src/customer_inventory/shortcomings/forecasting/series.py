"""What is forecast, as days left it: the disk, the database, its largest tables, its sequences."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from customer_inventory.kit.settings import Settings
from customer_inventory.shortcomings.disk import room
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

DISK, DATABASE = "disk", "database"
BYTES, NUMBERS = "bytes", "numbers"
_YEAR = timedelta(days=400)
_TABLES = 10
_NEAR = 0.01
"""A sequence is worth a forecast when so much of it is used, or it is narrower than a bigint."""
_NARROW = 2**31


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept of an object: its values by day (days of the calendar, as ordinals)."""

    object: str
    unit: str
    values: dict[int, float] = field(default_factory=dict)
    limit: float | None = None


async def keep_disk(database: Database, settings: Settings, at: datetime) -> None:
    """Keep what the system tells of the disk now; nothing for a database that is elsewhere."""
    if settings.database_url is None:
        used, free = room(settings.home)
        await database.execute(SQL.keep_disk, at, used, used + free)


async def kept(database: Database, at: datetime) -> list[Kept]:
    """Return what was kept of everything that is forecast."""
    return [
        *(each for each in await _read(database, "house", "used", at) if each.object == DISK),
        *await _database(database, at),
        *await _tables(database, at),
        *await _sequences(database, at),
    ]


async def _database(database: Database, at: datetime) -> list[Kept]:
    found = await _read(database, "server", "bytes", at)
    return [Kept(DATABASE, BYTES, each.values) for each in found[:1]]


async def _tables(database: Database, at: datetime) -> Sequence[Kept]:
    found = await _read(database, "relation", "bytes", at)
    found.sort(key=lambda each: -each.values[max(each.values)])
    return [Kept(f"table {each.object}", BYTES, each.values) for each in found[:_TABLES]]


async def _sequences(database: Database, at: datetime) -> Sequence[Kept]:
    found = await _read(database, "sequence", "given", at)
    return [
        Kept(f"sequence {each.object}", NUMBERS, each.values, each.limit)
        for each in found
        if each.limit is not None
        and (each.limit < _NARROW or each.values[max(each.values)] >= _NEAR * each.limit)
    ]


async def _read(database: Database, kind: str, figure: str, at: datetime) -> list[Kept]:
    found: dict[str, Kept] = {}
    for row in await database.fetch(SQL.daily_series, kind, figure, at - _YEAR, "most"):
        there = found.get(row["object"])
        if there is None or row["most"] != there.limit:
            values = there.values if there else {}
            found[row["object"]] = there = Kept(row["object"], BYTES, values, row["most"])
        there.values[row["day"].toordinal()] = row["value"]
    return list(found.values())
