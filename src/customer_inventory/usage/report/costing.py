"""What a month cost: by cost centre against its budget, by process, pool and unit, and charged."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from customer_inventory.access.log.partition import Month
from customer_inventory.kit.clock import now
from customer_inventory.kit.report.model import Cell, Chart, Column, Section, Sentence, Table
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside
from customer_inventory.usage.cost import declaring
from customer_inventory.usage.cost.allocating import Calculated, NothingDeclared, unbalanced
from customer_inventory.usage.cost.budget import CENTRE, Standing, standings
from customer_inventory.usage.cost.closing import Costs, costs
from customer_inventory.usage.cost.declaring import InForce
from customer_inventory.usage.cost.driver import DRIVERS
from customer_inventory.usage.cost.money import rounded
from customer_inventory.usage.cost.unit import UnitCost, counts, unit_costs
from customer_inventory.usage.report.money import amount, change, money, share
from customer_inventory.usage.unread import Looked

SQL = beside(__name__)

STATES = {
    "within": "within budget", "near": "near its budget", "over": "over budget",
    "none": "no budget",
}  # fmt: skip
_NOBODY = {"idle": "(idle)", "unattributed": "(nobody's)"}
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Cost:
    """What a month cost, what the one before did, and how budgets stand."""

    month: Month
    costs: Costs
    before: Calculated | None
    declared: InForce
    standings: list[Standing]

    @property
    def lines(self) -> Calculated:
        """The month's lines."""
        return self.costs.lines

    @property
    def whole(self) -> int:
        """What all pools cost."""
        return sum(self.lines.pools.values())

    def column(self, name: str) -> Column:
        """Return a column of amounts."""
        return Column(name, "amount", self.lines.currency)

    def amount(self, minor: int) -> Decimal:
        """Return an amount of its currency."""
        return amount(minor, self.lines.currency)

    def money(self, minor: int) -> str:
        """Return an amount as people read it."""
        return money(minor, self.lines.currency)


async def cost_of(database: Database, month: Month) -> Cost:
    """Return what a month cost; raise NothingDeclared for one without pools."""
    found = await costs(database, month)
    try:
        before = (await costs(database, month.before)).lines
    except NothingDeclared:
        before = None
    there = await declaring.in_force(database)
    standing = standings(there.declared, month, found.lines.allocations, now())
    return Cost(month, found, before, there, standing)


async def costing(database: Database, month: Month, looked: Looked | None = None) -> list[Section]:
    """Return what a month cost; raise NothingDeclared for one without pools."""
    cost = await cost_of(database, month)
    units = unit_costs(cost.declared.declared, cost.costs, await counts(database, month, looked))
    return [
        _budgets(cost),
        _processes(cost),
        _pools(cost),
        _lines(cost),
        _charged(cost),
        _units(cost, units),
        await _months(database, cost),
        _how(cost),
    ]


def conserved(cost: Cost) -> tuple[Sentence, ...]:
    """Return what was allocated and what not, and whether together that is what the pools cost."""
    shares = Counter[str]()
    for part in cost.lines.allocations:
        shares[part.share] += part.amount
    split = (
        f"{cost.money(shares['process'])} are allocated to processes, "
        f"{cost.money(shares['idle'])} were paid for and not used, "
        f"{cost.money(shares['unattributed'])} are nobody's."
    )
    said = [Sentence(split)]
    if unbalanced(cost.lines.pools, cost.lines.allocations):
        text = "That is not what the pools cost: cinv cost check tells where they differ."
        said.append(Sentence(text, "bad"))
    else:
        said.append(Sentence("Together that is what the pools cost, to the cent.", "good"))
    if cost.before is not None:
        past = sum(cost.before.pools.values())
        said.append(
            Sentence(f"The month before cost {cost.money(past)}: {change(cost.whole, past)}.")
        )
    return tuple(said)


def charged_to(lines: Calculated, name: str) -> Counter[str]:
    """Return charges in minor units by cost centre or process: exact sums, rounded once each."""
    exact: dict[str, Decimal] = {}
    for charge in lines.charges:
        key = getattr(charge, name)
        exact[key] = exact.get(key, Decimal(0)) + charge.amount
    return Counter({key: rounded(part, lines.currency) for key, part in exact.items()})


def _budgets(cost: Cost) -> Section:
    charged = charged_to(cost.lines, "cost_centre")
    tables = []
    for of, title in ((CENTRE, "Cost centre"), ("process", "Process")):
        rows = [
            (each.name or "(none)", cost.amount(each.forecast), cost.amount(each.to_date),
             None if each.budget is None else cost.amount(each.budget),
             None if each.budget is None else share(each.forecast, each.budget),
             STATES[each.state], cost.amount(charged[each.name]) if of == CENTRE else None)
            for each in cost.standings
            if each.payer[0] == of
        ]  # fmt: skip
        heads = [
            Column(title), cost.column("Cost of the month"), cost.column("So far"),
            cost.column("Budget"), Column("Of the budget", "share"), Column("State"),
            cost.column("Charged"),
        ]  # fmt: skip
        if of == CENTRE:
            parts = tuple(cost.amount(sum(part)) for part in (
                [each.forecast for each in cost.standings if each.payer[0] == of],
                [each.to_date for each in cost.standings if each.payer[0] == of],
            ))  # fmt: skip
            sums: tuple[Cell, ...] = ("All", *parts, None, None, None, None)
            said = (
                "What belongs to no cost centre, idle and unattributed parts too, is under (none)."
            )
            tables.append(Table("Cost centres", tuple(heads), rows, sums, said))
        elif rows:
            short = tuple(heads[:-1])
            tables.append(Table("Budgets of processes", short, [row[:-1] for row in rows]))
    over = [each for each in cost.standings if each.is_told]
    said_of = tuple(
        Sentence(
            f"{each.name} comes to {cost.money(each.forecast)} of {cost.money(each.budget or 0)}: "
            f"{STATES[each.state]}.",
            "bad" if each.state == "over" else "plain",
        )
        for each in over
    )
    return Section("Cost centres", said_of, tuple(tables), Chart("Cost by cost centre", 1))


def _processes(cost: Cost) -> Section:
    charged = charged_to(cost.lines, "process")
    sums, centres = Counter[str](), dict[str, str]()
    for part in cost.lines.allocations:
        name = part.process or _NOBODY[part.share]
        sums[name] += part.amount
        centres[name] = part.cost_centre
    before = Counter[str]()
    for part in cost.before.allocations if cost.before else ():
        before[part.process or _NOBODY[part.share]] += part.amount
    ordered = sorted(sums.items(), key=lambda each: (each[0][:1] == "(", -each[1], each[0]))
    rows = [
        (name, centres[name] or None, cost.amount(part), share(part, cost.whole),
         cost.amount(before[name]) if name in before else None,
         change(part, before[name]) if cost.before else None,
         cost.amount(charged[name]) if name in charged else None)
        for name, part in ordered
    ]  # fmt: skip
    heads = (
        Column("Process"), Column("Cost centre"), cost.column("Cost"), Column("Share", "share"),
        cost.column("Month before"), Column("Change"), cost.column("Charged"),
    )  # fmt: skip
    past = cost.amount(sum(before.values())) if cost.before else None
    foot = ("All", None, cost.amount(sum(sums.values())), None, past, None, None)
    table = Table("Cost by process", heads, rows, foot)
    return Section("Processes", (), (table,), Chart("Cost by process", 2))


def _pools(cost: Cost) -> Section:
    sums: Counter[tuple[str, str]] = Counter()
    drivers: dict[str, str] = {}
    for part in cost.lines.allocations:
        sums[part.pool, part.share] += part.amount
        drivers[part.pool] = part.driver
    shares = ("process", "idle", "unattributed")
    rows = [
        (pool, _shared_by(drivers.get(pool)), *(cost.amount(sums[pool, each]) for each in shares),
         cost.amount(whole))
        for pool, whole in cost.lines.pools.items()
    ]  # fmt: skip
    foot = (
        "All", None,
        *(cost.amount(sum(sums[pool, each] for pool in cost.lines.pools)) for each in shares),
        cost.amount(cost.whole),
    )  # fmt: skip
    names = ("Processes", "Idle", "Nobody's", "Cost")
    heads = (Column("Pool"), Column("Shared out by"), *map(cost.column, names))
    table = Table("Cost by pool", heads, rows, foot)
    return Section("Pools", (), (table,), Chart("Cost by pool", 5))


def _shared_by(driver: str | None) -> str | None:
    return None if driver is None else f"{driver} ({DRIVERS[driver].unit})"


def _lines(cost: Cost) -> Section:
    rows = [
        (part.process or _NOBODY[part.share], part.purpose or None, part.cost_centre or None,
         part.pool, part.quantity, DRIVERS[part.driver].unit, cost.amount(part.amount))
        for part in sorted(
            cost.lines.allocations, key=lambda part: (not part.process, part.process, part.pool)
        )
    ]  # fmt: skip
    heads = (
        Column("Process"), Column("Purpose"), Column("Cost centre"), Column("Pool"),
        Column("Quantity", "figure"), Column("Unit"), cost.column("Cost"),
    )  # fmt: skip
    foot = ("All", None, None, None, None, None, cost.amount(cost.whole))
    said = "Every part of every pool: whose it is, and in proportion to what."
    table = Table("Statement", heads, rows, foot, said, is_folded=True)
    return Section("The statement, line by line", (), (table,))


def _charged(cost: Cost) -> Section:
    rows = [
        (each.process, each.purpose or None, each.cost_centre or None, each.meter, each.quantity,
         each.per, each.price, each.amount)
        for each in cost.lines.charges
    ]  # fmt: skip
    heads = (
        Column("Process"), Column("Purpose"), Column("Cost centre"), Column("Meter"),
        Column("Quantity", "figure"), Column("For each", "count"),
        Column("Price", "figure", cost.lines.currency),
        Column("Charge", "figure", cost.lines.currency),
    )  # fmt: skip
    foot = ("All", *(None,) * 6, sum((each.amount for each in cost.lines.charges), Decimal(0)))
    table = Table("Charges", heads, rows, foot, empty="Nothing is charged.", is_folded=True)
    return Section("Charged by the rate card", (), (table,))


def _units(cost: Cost, units: Iterable[UnitCost]) -> Section:
    currency = cost.lines.currency
    rows = [
        (each.unit, each.cost, each.units, each.amount.quantize(Decimal("0.01"))) for each in units
    ]
    heads = (
        Column("Unit"), Column("A unit", "figure", currency), Column("Units", "figure"),
        cost.column("Together"),
    )  # fmt: skip
    said = (
        "All cost goes over records read, and over customers. A download has its share of all cost "
        "by the records taken away; an element never read, an equal share of what storage costs."
    )
    return Section("What a unit cost", (), (Table("Unit costs", heads, rows, caption=said),))


async def _months(database: Database, cost: Cost) -> Section:
    rows: list[tuple[str, Decimal]] = []
    for row in await database.fetch(SQL.closed_costs, cost.month.start.date(), _MONTHS - 1):
        if row["currency"] == cost.lines.currency:
            pools: dict[str, Any] = msgspec.json.decode(row["pools"])
            rows.append((f"{row['month']:%B %Y}", cost.amount(sum(pools.values()))))
    rows = [*reversed(rows), (f"{cost.month.start:%B %Y}", cost.amount(cost.whole))]
    table = Table("Cost by month", (Column("Month"), cost.column("Cost")), rows)
    said = (Sentence("Closed months, and this one."),)
    return Section("Month by month", said, (table,), Chart("Cost by month", 1))


def _how(cost: Cost) -> Section:
    coverage = 100 * float(cost.costs.used.effort.coverage)
    text = (
        f"Pools are as declared (declaration {cost.declared.number} is in force). Each is shared "
        "out in whole cents by its driver, by largest remainder; what of its capacity was not used "
        f"is idle. Use is counted from the ledger. {coverage:.1f} % of the database's time is "
        "attributed to processes."
    )
    return Section("How this was made", (Sentence(text),))
