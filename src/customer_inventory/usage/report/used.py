"""What was used in a month: requests and records by whom and of what, storage, the database."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from operator import itemgetter

from customer_inventory.access.log.partition import Month
from customer_inventory.kit.clock import now
from customer_inventory.kit.report.model import (
    Cell,
    Chart,
    Column,
    Section,
    Sentence,
    Table,
    percent,
)
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside
from customer_inventory.usage.cost.driver import DRIVERS, Used
from customer_inventory.usage.cost.span import passed
from customer_inventory.usage.cost.used import used_in
from customer_inventory.usage.metering import storage
from customer_inventory.usage.metering.attribution import Attributed
from customer_inventory.usage.report.money import change, share

SQL = beside(__name__)

NOBODY = "(nobody's)"
_KINDS: Mapping[str, frozenset[str]] = {
    "read": frozenset(("read",)),
    "written": frozenset(("create", "modify", "update", "delete")),
    "downloaded": frozenset(("download",)),
}
_COUNTED = ("requests", "errors", "denied", *_KINDS)
_HEADS = tuple(
    Column(name, "count")
    for name in ("Requests", "Failed", "Refused", "Records read", "Written", "Downloaded")
)


async def used(database: Database, month: Month) -> list[Section]:
    """Return what was used in a month, as far as it is metered."""
    found = await used_in(database, month)
    before = await used_in(database, month.before)
    size = await storage.size_before(database, month.stop)
    return [
        _by_process(found, before),
        _by_day(await days(database, month)),
        _by_what(found),
        _stored(found),
        _of_database(found, size),
    ]


async def days(database: Database, month: Month) -> list[tuple[str, int]]:
    """Return the requests of every day of a month up to today, those without any too."""
    rows = await database.fetch(SQL.requests_by_day, month.start, month.stop)
    requests = {row["day"]: row["requests"] for row in rows}
    last = min(month.stop, max(now(), month.start + timedelta(days=1)))
    every = [month.start + timedelta(days=n) for n in range((last - month.start).days or 1)]
    return [(f"{day:%-d %B}", requests.get(day, 0)) for day in every]


def counted(rows: Iterable[Row], name: Callable[[Row], str]) -> dict[str, Counter[str]]:
    """Return requests, failures, refusals and records by what was done, by what `name` says."""
    sums: dict[str, Counter[str]] = {}
    for row in rows:
        found = sums.setdefault(name(row), Counter())
        found.update({column: row[column] for column in ("requests", "errors", "denied")})
        done = set(row["operation"].split(","))
        found.update({kind: row["records"] for kind, of in _KINDS.items() if done & of})
        found["bytes"] += row["bytes"]
    return dict(sorted(sums.items(), key=lambda each: (-each[1]["requests"], each[0])))


def _by_process(found: Used, before: Used) -> Section:
    sums = counted(found.sums, itemgetter("process"))
    earlier = counted(before.sums, itemgetter("process"))
    requests = sum(each["requests"] for each in sums.values())
    past = sum(each["requests"] for each in earlier.values())
    rows = [
        (name, *(each[column] for column in _COUNTED), gigabytes(each["bytes"]),
         earlier[name]["requests"] if name in earlier else None)
        for name, each in sums.items()
    ]  # fmt: skip
    said = f"{requests:,} requests by {len(sums)} processes"
    gone = passed(found.month, now())
    if past and gone == 1:
        said += f", {past:,} the month before: {change(requests, past)}"
    elif past:
        said += f" so far, {past:,} in the whole month before"
    said += "."
    table = Table(
        "Use by process",
        (Column("Process"), *_HEADS, Column("Answers", "figure", "GB"),
         Column("Month before", "count")),
        rows,
        foot=_foot(rows),
        caption="Counted from the access ledger.",
        empty="Nothing is metered.",
    )  # fmt: skip
    return Section("Use by process", (Sentence(said),), (table,), Chart("Requests by process", 1))


def _by_day(found: Sequence[tuple[str, int]]) -> Section:
    table = Table(
        "Requests by day", (Column("Day"), Column("Requests", "count")), found, is_folded=True
    )
    return Section("Use by day", (), (table,), Chart("Requests by day", 1, "columns"))


def _by_what(found: Used) -> Section:
    tables = []
    for name, column in (("operation", "operation"), ("record type", "record_type")):
        sums = counted(found.sums, itemgetter(column))
        rows: list[tuple[Cell, ...]] = [
            (key, *(each[of] for of in _COUNTED)) for key, each in sums.items()
        ]
        heads = (Column(name.capitalize()), *_HEADS)
        tables.append(Table(f"Use by {name}", heads, rows, empty="Nothing is metered."))
    return Section("What was asked for", (), tuple(tables), Chart("Requests by operation", 1))


def _stored(found: Used) -> Section:
    driver = DRIVERS["stored"]
    parts = [(each.relation, each.heap, each.index, each.toast, each.whole) for each in found.held]
    parts.sort(key=lambda each: (-each[-1], each[0]))
    rows: list[tuple[Cell, ...]] = [
        (name, *(driver.told(n, found.month) for n in sizes)) for name, *sizes in parts
    ]
    heads = (Column(name, "figure", driver.unit) for name in ("Heap", "Indexes", "TOAST", "Whole"))
    tables = Table(
        "Storage by table", (Column("Table"), *heads), rows, foot=_foot(rows),
        caption="Gigabytes (10^9 bytes), times the part of the month for which they were there.",
        empty="Storage was not looked at.", is_folded=True,
    )  # fmt: skip
    measure = driver.measure(found)
    owners = _shares(
        [(process, n) for (process, _), n in measure.by_user.items()],
        measure.unattributed,
        lambda n: driver.told(n, found.month),
    )
    owned = Table(
        "Storage by owner", (Column("Process"), Column("Held", "figure", driver.unit),
                             Column("Share", "share")), owners,
        caption="A record belongs to who wrote it last; tables of no record type are nobody's.",
        empty="Storage was not looked at.",
    )  # fmt: skip
    return Section("Storage", (), (owned, tables), Chart("Storage by owner, GB-months", 1))


def _of_database(found: Used, size: int) -> Section:
    time, log = DRIVERS["databaseTime"], DRIVERS["writtenAhead"]
    covered = (
        f"{_percent(found.effort)} of the database's time is attributed to processes, and "
        f"{_percent(found.wal)} of what it wrote ahead."
    )
    backup = (
        f"A backup of everything takes {gigabytes(size):,.3f} GB, and "
        f"{log.told(_whole(found.wal), found.month):,.3f} GB of the month's write-ahead log."
    )
    rows = []
    for process in sorted({*found.effort.by_process, *found.wal.by_process}):
        hours = found.effort.by_process.get(process, 0)
        written = found.wal.by_process.get(process, 0)
        rows.append((process, hours, written))
    rows.sort(key=lambda each: (-each[1], each[0]))
    if rows or found.effort.unattributed or found.wal.unattributed:
        rows.append((NOBODY, found.effort.unattributed, found.wal.unattributed))
    table = Table(
        "Effort of the database",
        (Column("Process"), Column("Time", "figure", time.unit), Column("Share", "share"),
         Column("Written ahead", "figure", log.unit)),
        [
            (name, time.told(hours, found.month), share(hours, _whole(found.effort)),
             log.told(written, found.month))
            for name, hours, written in rows
        ],
        caption="Elapsed time of statements; what nobody is known to have caused is nobody's.",
        empty="The database was not looked at.",
    )  # fmt: skip
    said = (Sentence(covered), Sentence(backup))
    return Section("The database", said, (table,), Chart("Hours of statements", 1))


def _shares(
    parts: Sequence[tuple[str, int]], unattributed: int, told: Callable[[int], Decimal]
) -> list[tuple[str, Decimal, Decimal | None]]:
    """Return who has which part of something, the most first, what is nobody's at the end."""
    whole = sum(part for _, part in parts) + unattributed
    ordered = sorted(parts, key=lambda each: (-each[1], each[0]))
    ordered += [(NOBODY, unattributed)] if unattributed else []
    return [(name, told(part), share(part, whole)) for name, part in ordered]


def _percent(found: Attributed) -> str:
    return percent(float(found.coverage))


def _whole(found: Attributed) -> int:
    return sum(found.by_process.values()) + found.unattributed


def gigabytes(size: int) -> Decimal:
    """Return bytes as gigabytes (10^9)."""
    return Decimal(size) / storage.GIGABYTE


def _foot(rows: Sequence[tuple[Cell, ...]]) -> tuple[Cell, ...] | None:
    """Return the sums of all columns but the first, None where there is nothing to sum."""
    if not rows:
        return None
    columns = list(zip(*rows, strict=True))[1:]
    return (
        "All",
        *(sum((n for n in each if isinstance(n, int | Decimal)), Decimal(0)) for each in columns),
    )
