"""Cost: what a month cost or comes to, by process, cost centre, purpose, pool, or line by line."""

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from customer_inventory.access.log.partition import Month
from customer_inventory.access.operation import USAGE, Operation
from customer_inventory.console.figure import bars_of
from customer_inventory.console.listing import Column, Keyed, Listing, page_of
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.usage.asked import by_of, month_filter, month_of
from customer_inventory.console.words import mark
from customer_inventory.console.written import Written
from customer_inventory.usage.cost.allocating import Allocation, NothingDeclared, unbalanced
from customer_inventory.usage.cost.statement import every_statement_of
from customer_inventory.usage.report.costing import Cost, charged_to, cost_of

_ENTRY = "costStatement"
BY = ("process", "costCentre", "purpose", "pool", "line")
_WORDS = (
    mark("process"), mark("costCentre"), mark("purpose"), mark("pool"), mark("line"),
    mark("(idle)"), mark("(unattributed)"), mark("(no cost centre)"), mark("(no purpose)"),
)  # fmt: skip
_COST = Column("cost", mark("Cost"), "money")
_CHARGED = Column("charged", mark("Charged by the rate card"), "money")
_SHARE = Column("share", mark("Part of the month"), "share")
_COLUMNS = {
    "process": (
        Column("name", mark("Process"), "name"), Column("costCentre", mark("Cost centre"), "name"),
        _COST, _SHARE, Column("before", mark("Month before"), "money"), _CHARGED,
    ),
    "costCentre": (
        Column("name", mark("Cost centre"), "name"), _COST, _SHARE,
        Column("before", mark("Month before"), "money"), _CHARGED,
    ),
    "purpose": (
        Column("name", mark("Purpose"), "name"), _COST, _SHARE,
        Column("before", mark("Month before"), "money"),
    ),
    "pool": (
        Column("name", mark("Pool"), "name"), Column("allocated", mark("Processes"), "money"),
        Column("idle", mark("Idle"), "money"),
        Column("unattributed", mark("Unattributed"), "money"), _COST,
    ),
    "line": (
        Column("name", mark("Process"), "name"), Column("purpose", mark("Purpose"), "name"),
        Column("costCentre", mark("Cost centre"), "name"), Column("pool", mark("Pool"), "name"),
        Column("driver", mark("Shared out by"), "code"),
        Column("quantity", mark("Quantity"), "number"), _COST,
    ),
}  # fmt: skip
_NOBODY = {"idle": "(idle)", "unattributed": "(unattributed)"}
_DRAWN = 12


async def show(view: View) -> Shown:
    """Show what a month cost, its pools split to the cent into allocated, idle, unattributed."""
    month, by, database = month_of(view), by_of(view, BY), view.rooms.database
    aside: dict[str, Any] = {
        "by": [(word, view.link(by=word, after=None)) for word in BY],
        "month": str(month),
        "closed": _closed(view, await every_statement_of(database)),
        "figure": None,
    }
    try:
        cost = await cost_of(database, month)
    except NothingDeclared:
        return Shown({"month": str(month), "by": by}, _listing(view, by, []), aside)
    rows = list(_ROWS[by](view, cost))
    aside["figure"] = _figure(view, by, rows, cost.lines.currency)
    return Shown(_content(month, by, cost), _listing(view, by, rows), aside)


def _listing(view: View, by: str, rows: list[Keyed]) -> Listing:
    listed, after = page_of(rows, view.query.get("after"))
    return Listing(
        _COLUMNS[by],
        listed,
        view.say("Cost of the month"),
        after,
        (month_filter(view),),
        empty=view.say("Nothing is declared of what this month cost."),
        empty_hint=view.say("Declare what was paid: cinv cost declare FILE."),
    )


def _content(month: Month, by: str, cost: Cost) -> dict[str, Any]:
    shares = Counter[str]()
    for part in cost.lines.allocations:
        shares[part.share] += part.amount
    return {
        "month": str(month),
        "by": by,
        "currency": cost.lines.currency,
        "pools": cost.amount(cost.whole),
        "allocated": cost.amount(shares["process"]),
        "idle": cost.amount(shares["idle"]),
        "unattributed": cost.amount(shares["unattributed"]),
        "before": cost.amount(sum(cost.before.pools.values())) if cost.before else None,
        "isBalanced": not unbalanced(cost.lines.pools, cost.lines.allocations),
        "isClosed": cost.costs.is_closed,
        "corrections": cost.costs.corrections,
    }


def _figure(view: View, by: str, rows: list[Keyed], currency: str) -> Any:
    """Return the chart of the largest; lines of a statement have none."""
    if by == "line" or not rows:
        return None
    most = sorted(rows, key=lambda each: -each[1]["cost"])[:_DRAWN]
    told = [(row["name"], row["cost"]) for _, row in most]
    head = view.say(_COLUMNS[by][0].label)
    money = Written(view.language).money
    return bars_of(view.say("The largest, in %(currency)s", currency=currency), head,
                   view.say("Cost"), told, money)  # fmt: skip


def _summed(
    view: View, cost: Cost, name: Callable[[Allocation], str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what a row of each name has in any order: cost, part of the month, and before."""
    sums, past = Counter[str](), Counter[str]()
    for part in cost.lines.allocations:
        sums[name(part)] += part.amount
    for part in cost.before.allocations if cost.before else ():
        past[name(part)] += part.amount
    for each, amount in sums.items():
        yield (
            each,
            {
                "name": view.say(each) if each.startswith("(") else each,
                "cost": cost.amount(amount),
                "share": Decimal(amount) / cost.whole if cost.whole else None,
                "before": cost.amount(past[each]) if each in past else None,
            },
        )


def _by_process(view: View, cost: Cost) -> Iterator[Keyed]:
    centres = {part.process: part.cost_centre for part in cost.lines.allocations if part.process}
    charged = charged_to(cost.lines, "process")
    for name, row in _summed(view, cost, lambda part: part.process or _NOBODY[part.share]):
        more: dict[str, object] = {"costCentre": centres.get(name)}
        if name in charged:
            more["charged"] = cost.amount(charged[name])
        yield _key(name), {**row, **more}


def _by_centre(view: View, cost: Cost) -> Iterator[Keyed]:
    charged = charged_to(cost.lines, "cost_centre")

    def centre(part: Allocation) -> str:
        return part.cost_centre or _NOBODY.get(part.share, "(no cost centre)")

    for name, row in _summed(view, cost, centre):
        key = "" if name == "(no cost centre)" else name
        more = {"charged": cost.amount(charged[key])} if key in charged else {}
        yield _key(name), {**row, **more}


def _by_purpose(view: View, cost: Cost) -> Iterator[Keyed]:
    def purpose(part: Allocation) -> str:
        return part.purpose or _NOBODY.get(part.share, "(no purpose)")

    for name, row in _summed(view, cost, purpose):
        yield _key(name), row


def _by_pool(_: View, cost: Cost) -> Iterator[Keyed]:
    sums: Counter[tuple[str, str]] = Counter()
    for part in cost.lines.allocations:
        sums[part.pool, part.share] += part.amount
    for pool, amount in cost.lines.pools.items():
        yield (
            (-amount, pool),
            {
                "name": pool,
                "allocated": cost.amount(sums[pool, "process"]),
                "idle": cost.amount(sums[pool, "idle"]),
                "unattributed": cost.amount(sums[pool, "unattributed"]),
                "cost": cost.amount(amount),
            },
        )


def _by_line(view: View, cost: Cost) -> Iterator[Keyed]:
    for part in cost.lines.allocations:
        yield (
            (not part.process, part.process, *part.key),
            {
                "name": part.process or view.say(_NOBODY[part.share]),
                "purpose": part.purpose,
                "costCentre": part.cost_centre,
                "pool": part.pool,
                "driver": part.driver,
                "quantity": part.quantity,
                "cost": cost.amount(part.amount),
            },
        )


def _key(name: str) -> tuple[bool, str, str]:
    """Return the order of a row: what is nobody's last, else by name."""
    return name.startswith("("), name.casefold(), name


_ROWS: dict[str, Callable[[View, Cost], Iterator[Keyed]]] = {
    "process": _by_process,
    "costCentre": _by_centre,
    "purpose": _by_purpose,
    "pool": _by_pool,
    "line": _by_line,
}
_STATEMENTS = (
    Column("month", mark("Month")),
    Column("number", mark("Correction"), "number"),
    Column("closedAt", mark("Closed"), "time"),
)


def _closed(view: View, rows: Any) -> Listing:
    """Return the statements that are closed, and their corrections."""
    told = [
        {
            "month": f"{row['month']:%Y-%m}",
            "number": row["number"] or None,
            "closedAt": row["closed_at"],
            "_href": view.link(month=f"{row['month']:%Y-%m}", after=None),
        }
        for row in rows
    ]
    return Listing(_STATEMENTS, told, view.say("Statements, the latest first"))


SCREENS = (
    Screen(
        "/usage/cost", mark("Cost"), "usage", Operation.READ, USAGE, show, "usage/cost", _ENTRY,
        is_list=True, navigation=mark("Cost"),
    ),
)  # fmt: skip
