"""What is known of processes, read from the meter's sums and from what the ledger tells besides."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from customer_inventory.access.log import watched
from customer_inventory.access.log.watched import Spans
from customer_inventory.record.register import strata
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside
from customer_inventory.usage.anomaly.judging import UNTOLD
from customer_inventory.usage.anomaly.past import HOURS_A_DAY, Past, hour_of

SQL = beside(__name__)

Told = tuple[str, datetime, str, str, int]
"""Process, start of an hour or day, measure, about what, and the number."""

OF_HOURS = ("unknown", "source", "segment")
OF_DAYS = ("different", "mostOfOne")
"""What the ledger is asked besides the sums of the meter, of hours and of days."""
_SUMS = ("requests", "denied", "read")
_SUMS_OF_DAYS = ("downloaded", "changed")
_PAUSES = timedelta(days=400)
"""So far back it is known when a process was at work."""
_SPANS_AT_ONCE = 500
_RECORDS_AT_ONCE = 5_000
"""So many are worked on between two turns of the loop: requests are answered in it too."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Hours of processes, and the days in which they lie: of these the ledger is asked."""

    hours: Spans
    days: Spans


async def told_by_ledger(database: Database, asked: Asked) -> list[Told]:
    """Return what the ledger tells of processes in hours and on days, besides the meter's sums."""
    found: list[Told] = []
    for first in range(0, len(asked.hours), _SPANS_AT_ONCE):
        found += await _of_hours(database, asked.hours[first : first + _SPANS_AT_ONCE])
    for first in range(0, len(asked.days), _SPANS_AT_ONCE):
        days = asked.days[first : first + _SPANS_AT_ONCE]
        async with watched.patient(database) as connection:
            rows = await watched.different_records(connection, days)
        for row in rows:
            who = (row["process"], row["starts_at"])
            found += [(*who, "different", "", row["different"])]
            found += [(*who, "mostOfOne", "", row["most_of_one"])]
    return found


async def _of_hours(database: Database, hours: Spans) -> list[Told]:
    async with watched.patient(database) as connection:
        unknown = await watched.unknown_ids(connection, hours)
        addresses = await watched.addresses(connection, hours)
        records = await watched.records_told(connection, hours, TYPES)
    return [
        *((r["process"], r["starts_at"], "unknown", "", r["number"]) for r in unknown),
        *((r["process"], r["starts_at"], "source", r["about"], r["number"]) for r in addresses),
        *await _segments(database, records),
    ]


async def _segments(database: Database, records: Sequence[Row]) -> list[Told]:
    """Return of how many records of which segment of customers was told."""
    counted: Counter[tuple[str, datetime, str]] = Counter()
    for first in range(0, len(records), _RECORDS_AT_ONCE):
        part = records[first : first + _RECORDS_AT_ONCE]
        spans = sorted({(row["process"], row["starts_at"]) for row in part})
        places = {span: str(place) for place, span in enumerate(spans)}
        by_type: dict[str, list[tuple[str, str]]] = {}
        for row in part:
            word = places[row["process"], row["starts_at"]]
            by_type.setdefault(row["record_type"], []).append((row["id"], word))
        for kind, named in by_type.items():
            for row in await strata.segments(database, TYPES[kind], named):
                counted[(*spans[int(row["word"])], row["segment"])] += row["records"]
        await asyncio.sleep(0)
    return [
        (process, start, "segment", segment, number)
        for (process, start, segment), number in sorted(counted.items())
        if segment not in UNTOLD
    ]


async def pasts(
    connection: Connection,
    processes: Collection[str],
    span: tuple[datetime, datetime],
    fresh: Iterable[Told],
    asked: Asked,
) -> dict[str, Past]:
    """Return what is known of processes in a half open span of whole days.

    `fresh` is what the ledger tells of what is `asked`; of all else what was kept counts.
    """
    found = {process: Past(process) for process in processes}
    names = list(processes)
    for row in await connection.fetch(SQL.hourly_sums, names, *span):
        _add_sums(found[row["process"]], row)
    for row in await connection.fetch(SQL.daily_words, names, *span):
        _add_words(found[row["process"]], row)
    for row in await connection.fetch(SQL.active_days, names, span[0] - _PAUSES, span[1]):
        days = sorted(_day(each) for each in row["days"])
        found[row["process"]].active[row["purpose"]] = days
    for row in await connection.fetch(SQL.confirmed_spans, names, span[0]):
        misuse = (hour_of(row["began_at"]), hour_of(row["ended_at"]))
        found[row["process"]].misuse.append(misuse)
    kept = await connection.fetch(SQL.habits, names, *span)
    for process, start, measure, about, number in (*fresh, *_not_asked(kept, asked)):
        if process in found:
            _add_told(found[process], start, measure, about, number)
    return found


def _not_asked(kept: Iterable[Row], asked: Asked) -> Iterator[Told]:
    """Yield what was kept of hours and days that the ledger is not asked of anew."""
    hours, days = set(asked.hours), set(asked.days)
    for row in kept:
        renewed = hours if row["measure"] in OF_HOURS else days
        if (row["process"], row["starts_at"]) not in renewed:
            yield row["process"], row["starts_at"], row["measure"], row["about"], row["number"]


def _add_sums(past: Past, row: Row) -> None:
    hour = hour_of(row["hour"])
    for name in _SUMS:
        if row[name]:
            past.hours.setdefault(name, {})[hour] = row[name]
    for name in _SUMS_OF_DAYS:
        counts = past.days.setdefault(name, {})
        counts[hour // HOURS_A_DAY] = counts.get(hour // HOURS_A_DAY, 0) + row[name]


def _add_words(past: Past, row: Row) -> None:
    words = {
        "purpose": (row["purpose"], row["requests"]),
        "recordType": (row["record_type"], row["requests"]),
        "operation": (f"{row['operation']} {row['record_type']}", row["requests"]),
        "glass": (row["purpose"], row["records"]),
    }
    for dimension, (word, number) in words.items():
        counts = past.keys.setdefault(dimension, {}).setdefault(_day(row["day"]), {})
        counts[word] = counts.get(word, 0) + number


def _add_told(past: Past, start: datetime, measure: str, about: str, number: int) -> None:
    if measure == "unknown":
        past.hours.setdefault(measure, {})[hour_of(start)] = number
    elif measure in OF_DAYS:
        past.days.setdefault(measure, {})[_day(start)] = number
    else:
        counts = past.keys.setdefault(measure, {}).setdefault(_day(start), {})
        counts[about] = counts.get(about, 0) + number


def _day(instant: datetime) -> int:
    return hour_of(instant) // HOURS_A_DAY
