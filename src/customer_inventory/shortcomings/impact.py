"""What a shortcoming means for the business: which processes, how many customers, what cost.

Processes are those that the ledger saw use what it is about; of a statement, those that its time is
attributed to. Customers are counted as they were at the last look at storage, the most that it can
concern. Cost is a share of what the pools of a month cost: of storage for room that is wasted, of
the database's time for statements. What nobody knows is left out rather than guessed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

import msgspec

from customer_inventory.access.log.partition import Month
from customer_inventory.access.reporting.role import roles
from customer_inventory.kit.clock import now
from customer_inventory.record.types import TYPES
from customer_inventory.requirements import register
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside
from customer_inventory.usage.cost.allocating import NothingDeclared
from customer_inventory.usage.cost.closing import Costs, costs
from customer_inventory.usage.cost.money import told
from customer_inventory.usage.metering import storage
from customer_inventory.usage.metering.attribution import attributed
from customer_inventory.usage.metering.effort import Effort, efforts
from customer_inventory.usage.metering.hourly import summed

SQL = beside(__name__)

CUSTOMER, SEARCH, WHOLE = "customer", "search", "customer360"
_DAYS = timedelta(days=30)
_OF_TABLES = ("CAP02", "CAP04", "CAP05", "CAP09", "IDX", "TBL0", "SEC04", "SEC05", "VAC04")
_OF_ALL = ("TBL05", "IDX08")
_OF_STATEMENTS = ("STM", "IDX01")
_WASTED_MEGABYTES = ("IDX03", "IDX04")
_WASTED_SHARE = ("IDX07", "TBL01")
_MEGABYTE = 1_000_000
_RELATION = re.compile(r'"?([^". ]+)"?\."?([^". ]+)"?')
"""Schema and relation, with which objects of a database begin."""


class Impact(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """What a shortcoming means: processes by name, customers at most, cost in a month.

    None is not known. `cost` is an amount of `currency`, of what the `month` cost.
    """

    processes: tuple[str, ...] = ()
    customers: int | None = None
    cost: str | None = None
    currency: str | None = None
    month: str | None = None

    @property
    def text(self) -> str:
        """The impact in words."""
        parts = []
        if self.processes:
            count = len(self.processes)
            named = ", ".join(self.processes)
            parts.append(f"{count} processes ({named})" if count > 1 else f"1 process ({named})")
        else:
            parts.append("no process is known")
        if self.customers is not None:
            parts.append(f"up to {self.customers:,} customers")
        if self.cost is not None:
            parts.append(f"{self.cost} {self.currency} a month")
        return ", ".join(parts)


@dataclass
class _Known:
    """What is known of the use of the inventory lately, read once for all shortcomings."""

    database: Database
    sums: Sequence[Row]
    efforts: Sequence[Effort]
    logins: Mapping[str, str]
    tables: Mapping[str, str]
    spent: Costs | None
    used_by: Mapping[str, tuple[str, ...]]
    counts: dict[str, int] = field(default_factory=dict)

    async def records(self, record_type: str) -> int:
        """Return how many records of a type there are."""
        if record_type not in self.counts:
            self.counts[record_type] = await storage.records_at(self.database, record_type, now())
        return self.counts[record_type]

    def processes(self, *record_types: str) -> tuple[str, ...]:
        """Return the processes that used records of these types, or any if none are named."""
        wanted = {*record_types, WHOLE} if record_types else set()
        every = {row["process"]: None for row in self.sums if _is_of(row, wanted)}
        return tuple(sorted(every))


def _is_of(row: Row, record_types: set[str]) -> bool:
    return not record_types or row["record_type"] in record_types


async def tell(database: Database, rows: Iterable[Row]) -> dict[str, Impact]:
    """Return the impact of shortcomings, by fingerprint, and keep it with them."""
    every = list(rows)
    known = await _known(database, [row["object"] for row in every])
    found = {row["fingerprint"]: await _impact(known, row) for row in every}
    if found:
        encoded = [msgspec.json.encode(each) for each in found.values()]
        await database.execute(SQL.keep_impact, list(found), encoded)
    return found


def read(content: bytes | None) -> Impact | None:
    """Return the impact that is kept with a shortcoming, None for one of which none was told."""
    return None if content is None else msgspec.json.decode(content, type=Impact)


async def _known(database: Database, objects: Sequence[str]) -> _Known:
    at = now()
    named = [(each, *parts.groups()) for each in objects if (parts := _RELATION.match(each))]
    columns = map(list, zip(*named, strict=True)) if named else ([], [], [])
    tables = await database.fetch(SQL.tables_of, *columns)
    required = await register.latest(database)
    return _Known(
        database,
        await summed(database, at - _DAYS, at),
        await efforts(database, at - _DAYS, at),
        {row["role"]: row["process"] for row in await roles(database)},
        {row["object"]: row["relation"] for row in tables},
        await _spent(database, at),
        {each.requirement.id: each.requirement.used_by for each in required},
    )


async def _spent(database: Database, at: datetime) -> Costs | None:
    """Return what the last whole month cost, or this one so far; None without pools."""
    for month in (Month.of(at).before, Month.of(at)):
        try:
            found = await costs(database, month)
        except NothingDeclared:
            continue
        if found.used.sums or found.used.held:
            return found
    return None


async def _impact(known: _Known, row: Row) -> Impact:
    check, name = row["checked"], row["object"]
    figures = msgspec.json.decode(row["figures"])
    amount = _amount(known, check, row["value"], figures, name)
    spent = known.spent
    cost = None if amount is None or spent is None else told(round(amount), spent.lines.currency)
    processes, customers = await _concerned(known, check, name, figures)
    return Impact(
        processes,
        customers,
        cost,
        spent.lines.currency if spent and cost is not None else None,
        str(spent.month) if spent and cost is not None else None,
    )


async def _concerned(
    known: _Known, check: str, name: str, figures: Mapping[str, object]
) -> tuple[tuple[str, ...], int | None]:
    """Return the processes and the customers that a shortcoming concerns."""
    customers = await known.records(CUSTOMER)
    if isinstance(figures.get("process"), str):
        return (str(figures["process"]),), customers
    if check == "FUN01":
        return known.used_by.get(name.removeprefix("requirement "), ()), customers
    if check == "FUN02":
        return known.processes(SEARCH), customers
    if check.startswith(_OF_STATEMENTS):
        by = _by_process(known, _statements(name, figures))
        if by:
            return tuple(sorted(by)), customers
    if check.startswith(_OF_TABLES) and check not in _OF_ALL:
        return await _of_table(known, known.tables.get(name))
    return known.processes(), customers


async def _of_table(known: _Known, relation: str | None) -> tuple[tuple[str, ...], int | None]:
    """Return who is concerned by a table: nobody outside by one that holds no records."""
    types = {f"record.{declared.table}": each for each, declared in TYPES.items()}
    record_type = types.get(relation or "")
    if record_type is None:
        return (), None
    most = min(await known.records(CUSTOMER), await known.records(record_type))
    return known.processes(record_type), most


def _amount(
    known: _Known, check: str, value: float, figures: Mapping[str, object], name: str
) -> Fraction | None:
    """Return what a shortcoming costs in a month, in minor units, None where nobody can tell."""
    if known.spent is None:
        return None
    if check.startswith(_OF_STATEMENTS):
        whole = sum(each.microseconds for each in known.efforts)
        statements = _statements(name, figures)
        part = sum(e.microseconds for e in known.efforts if e.statement in statements)
        saved = Fraction(value) / 100 if check == "IDX01" else Fraction(1)
        return _share(known.spent, "databaseTime", Fraction(part, whole) * saved if whole else None)
    wasted = _wasted(check, value, figures)
    if wasted is None:
        return None
    held = sum(each.whole for each in known.spent.used.held)
    seconds = _seconds(known.spent)
    return _share(known.spent, "stored", Fraction(wasted * seconds, held) if held else None)


def _seconds(spent: Costs) -> int:
    stop = min(spent.month.stop, now())
    return max(int((stop - spent.month.start).total_seconds()), 1)


def _wasted(check: str, value: float, figures: Mapping[str, object]) -> int | None:
    """Return the bytes that are of no use, None where that is not the point."""
    if check in _WASTED_MEGABYTES:
        return int(value * _MEGABYTE)
    size = figures.get("bytes")
    if check in _WASTED_SHARE and isinstance(size, int):
        return int(size * value / 100)
    return None


def _share(spent: Costs, driver: str, share: Fraction | None) -> Fraction | None:
    pools = {part.pool for part in spent.lines.allocations if part.driver == driver}
    if share is None or not pools:
        return None
    return sum(spent.lines.pools[pool] for pool in pools) * min(share, Fraction(1))


def _statements(name: str, figures: Mapping[str, object]) -> set[str]:
    """Return the names of the statements that a shortcoming is about."""
    listed = figures.get("statements")
    if isinstance(listed, list):
        return {str(each["statement"]) for each in listed}
    return {name}


def _by_process(known: _Known, statements: set[str]) -> Mapping[str, int]:
    theirs = [each for each in known.efforts if each.statement in statements]
    return attributed(theirs, known.sums, known.logins).by_process
