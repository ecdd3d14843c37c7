"""Use: how much was asked for in a month, by process, purpose, operation, type or day."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from customer_inventory.access.log.partition import Month
from customer_inventory.access.operation import USAGE, Operation
from customer_inventory.console.figure import Figure, columns_of
from customer_inventory.console.listing import Column, Filter, Keyed, Listing, page_of
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.usage.asked import by_of, month_filter, month_of
from customer_inventory.console.words import mark
from customer_inventory.kit.clock import now
from customer_inventory.store.database import Row
from customer_inventory.usage.metering.hourly import summed, summed_by_day
from customer_inventory.usage.report.used import counted

BY = ("process", "purpose", "operation", "recordType", "day")
_WORDS = (
    mark("process"), mark("purpose"), mark("operation"), mark("recordType"), mark("day"),
)  # fmt: skip
_NAMED = {
    "process": "process",
    "purpose": "purpose",
    "operation": "operation",
    "type": "record_type",
}
"""By parameter of the address: the column that it narrows."""
_FIGURES = (
    Column("requests", mark("Requests"), "number"),
    Column("errors", mark("Failed requests"), "number"),
    Column("denied", mark("Refused requests"), "number"),
    Column("read", mark("Records read"), "number"),
    Column("written", mark("Records written"), "number"),
    Column("downloaded", mark("Records taken away"), "number"),
    Column("bytes", mark("Answered"), "size"),
)
_HEADS = {
    "process": mark("Process"), "purpose": mark("Purpose"), "operation": mark("Operation"),
    "recordType": mark("Type"), "day": mark("Day"),
}  # fmt: skip
_TOTALS = ("requests", "errors", "denied", "read", "written", "downloaded")


async def show(view: View) -> Shown:
    """Show what was used in a month, by something, with a chart of its days."""
    month, by, database = month_of(view), by_of(view, BY), view.rooms.database
    every = await summed(database, month.start, month.stop)
    chosen = {column: view.query.get(name, "") for name, column in _NAMED.items()}
    daily = await summed_by_day(database, month.start, month.stop, chosen)
    rows = [row for row in every if _fits(row, chosen)]
    sums = counted(daily if by == "day" else rows, _named(by))
    listed, after = page_of(_rows(view, sums, by), view.query.get("after"))
    listing = Listing(
        (Column("name", _HEADS[by], "name"), *_FIGURES),
        listed,
        view.say("Use of the month"),
        after,
        _filters(view, every),
        empty=view.say("Nothing was used, as far as it is metered."),
        empty_hint=view.say("The ledger is metered every few minutes; choose another month."),
    )
    whole = {name: sum(each[name] for each in sums.values()) for name in _TOTALS}
    aside = {
        "by": [(word, view.link(by=word, after=None)) for word in BY],
        "figure": _figure(view, month, daily) if daily else None,
    }
    return Shown({"month": str(month), "by": by, "sum": whole}, listing, aside)


def _fits(row: Row, chosen: Mapping[str, str]) -> bool:
    return all(not word or row[column] == word for column, word in chosen.items())


def _named(by: str) -> Callable[[Row], str]:
    if by == "day":
        return lambda row: f"{row['day']:%Y-%m-%d}"
    column = "record_type" if by == "recordType" else by
    return lambda row: str(row[column])


def _rows(view: View, sums: Mapping[str, Mapping[str, int]], by: str) -> list[Keyed]:
    """Return rows with their order: days as they passed, everything else the most used first."""
    keyed: list[Keyed] = []
    for name, each in sums.items():
        row: dict[str, Any] = {
            "name": name,
            **{column.key: each[column.key] for column in _FIGURES},
        }
        if by != "day":
            parameter = "type" if by == "recordType" else by
            row["_href"] = view.link(**{parameter: name, "by": _NEXT[by], "after": None})
        keyed.append(((name,) if by == "day" else (-each["requests"], name), row))
    return keyed


_NEXT = {
    "process": "purpose",
    "purpose": "operation",
    "operation": "recordType",
    "recordType": "day",
}
"""What a row leads to: the same, narrowed to it, by something else."""


def _figure(view: View, month: Month, daily: Sequence[Row]) -> Figure:
    """Return the chart of requests by day, up to today, days without any too."""
    sums = counted(daily, _named("day"))
    stop = min(month.stop, max(now(), month.start + timedelta(days=1)))
    days = [
        (month.start + timedelta(days=n)).date().isoformat()
        for n in range(-(-(stop - month.start) // timedelta(days=1)))
    ]
    values = [(day, sums[day]["requests"] if day in sums else 0) for day in days]
    return columns_of(view.say("Requests by day"), view.say("Day"), view.say("Requests"), values)


def _filters(view: View, rows: Sequence[Row]) -> tuple[Filter, ...]:
    def each(column: str) -> tuple[tuple[str, str], ...]:
        names = sorted({str(row[column]) for row in rows if row[column]})
        return tuple((name, name) for name in names)

    return (
        month_filter(view),
        Filter("process", mark("Process"), each("process")),
        Filter("purpose", mark("Purpose"), each("purpose")),
        Filter("operation", mark("Operation"), each("operation")),
        Filter("type", mark("Type"), each("record_type")),
    )


SCREENS = (
    Screen(
        "/usage", mark("Use"), "usage", Operation.READ, USAGE, show, "usage/use", "usageReport",
        is_list=True, navigation=mark("Use"),
    ),
)  # fmt: skip
