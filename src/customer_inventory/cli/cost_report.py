"""`cinv cost report`: what a month cost, by cost centre, process, pool or unit."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from customer_inventory.access.house import accounted
from customer_inventory.access.operation import Operation
from customer_inventory.cli.access_decision import in_database
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.report_file import form_of, to_option, write_report
from customer_inventory.cli.usage_span import month as month_of
from customer_inventory.kit.clock import now
from customer_inventory.store.database import Database
from customer_inventory.usage.cost import closing, declaring
from customer_inventory.usage.cost.allocating import Calculated
from customer_inventory.usage.cost.budget import CENTRE, PROCESS, Standing, standings
from customer_inventory.usage.cost.closing import Costs
from customer_inventory.usage.cost.declared import Declared
from customer_inventory.usage.cost.money import told
from customer_inventory.usage.cost.unit import UnitCost, counts, unit_costs
from customer_inventory.usage.report.costing import charged_to
from customer_inventory.usage.report.kind import COST, report

_COLUMNS = {
    "cost-centre": ("cost_centre", "allocated", "charged", "budget", "to_date", "state"),
    "process": ("process", "cost_centre", "allocated", "charged", "budget", "state"),
    "pool": ("pool", "processes", "idle", "unattributed", "amount"),
    "unit": ("unit", "amount", "units", "cost"),
}


@click.command("report")
@click.argument("month", required=False)
@click.option("--by", type=click.Choice(tuple(_COLUMNS)), default="cost-centre", show_default=True,
              help="What a row is.")  # fmt: skip
@to_option
@output_option
def report_command(month: str | None, by: str, file: Path | None, output: str) -> None:
    """Report what MONTH (this one, unless named) cost, or comes to so far.

    Allocated is the share of what was paid; charged is by the rate card. Idle and unattributed
    parts of pools are nobody's, and belong to no cost centre. What a month that is not over comes
    to is what its pools cost, shared out as things stand.

    \b
    Example:
      cinv cost report 2026-01
      cinv cost report 2026-01 --by unit
      cinv cost report 2026-01 --to cost.html
    """
    which = month_of(month)
    if file is not None:
        form_of(file)

    async def work(database: Database) -> tuple[Declared, Costs, list[UnitCost]]:
        if file is not None:
            write_report(file, await report(database, COST, which))
        there = (await declaring.in_force(database)).declared
        found = await closing.costs(database, which)
        units = unit_costs(there, found, await counts(database, which)) if by == "unit" else []
        return there, found, units

    there, found, units = in_database(
        lambda database: accounted(
            database, work, Operation.READ, "costStatement", about=f"{which} by {by}"
        )
    )
    lines = found.lines
    standing = standings(there, which, lines.allocations, now())
    if by == "pool":
        rows = list(by_pool(lines))
    elif by == "process":
        rows = list(by_process(lines, standing))
    elif by == "unit":
        rows = [_unit(each, lines.currency) for each in units]
    else:
        rows = list(by_centre(lines, standing))
    show(rows, output, columns=_COLUMNS[by], empty="Nothing was used.")
    whole = told(sum(lines.pools.values()), lines.currency)
    said = f"closed, {found.corrections} corrections" if found.is_closed else "not closed"
    click.echo(f"{which}: pools {whole} {lines.currency}, {said}.", err=True)


def by_centre(lines: Calculated, standing: Iterable[Standing]) -> Iterable[dict[str, Any]]:
    """Yield a row a cost centre; the one without a name has what belongs to none."""
    charged = charged_to(lines, "cost_centre")
    for each in standing:
        if each.payer[0] == CENTRE:
            yield {
                "cost_centre": each.name,
                "allocated": told(each.forecast, lines.currency),
                "charged": told(charged[each.name], lines.currency),
                "budget": _budget(each, lines.currency),
                "to_date": told(each.to_date, lines.currency),
                "state": each.state,
                "currency": lines.currency,
            }


def by_process(lines: Calculated, standing: Iterable[Standing]) -> Iterable[dict[str, Any]]:
    """Yield a row a process; idle and unattributed parts come last."""
    charged = charged_to(lines, "process")
    budgets = {each.name: each for each in standing if each.payer[0] == PROCESS}
    sums: Counter[tuple[str, str]] = Counter()
    for part in lines.allocations:
        sums[part.process or f"({part.share})", part.cost_centre] += part.amount
    for (process, centre), amount in sorted(sums.items(), key=lambda it: (it[0][0][:1] == "(", it)):
        stands = budgets.get(process)
        yield {
            "process": process,
            "cost_centre": centre,
            "allocated": told(amount, lines.currency),
            "charged": told(charged[process], lines.currency),
            "budget": _budget(stands, lines.currency) if stands else None,
            "state": stands.state if stands else "none",
            "currency": lines.currency,
        }


def _budget(standing: Standing, currency: str) -> str | None:
    return None if standing.budget is None else told(standing.budget, currency)


def by_pool(lines: Calculated) -> Iterable[dict[str, Any]]:
    """Yield a row a pool, and what of it is whose."""
    sums: Counter[tuple[str, str]] = Counter()
    for part in lines.allocations:
        sums[part.pool, part.share] += part.amount
    for pool, amount in lines.pools.items():
        yield {
            "pool": pool,
            "processes": told(sums[pool, "process"], lines.currency),
            "idle": told(sums[pool, "idle"], lines.currency),
            "unattributed": told(sums[pool, "unattributed"], lines.currency),
            "amount": told(amount, lines.currency),
            "currency": lines.currency,
        }


def _unit(each: UnitCost, currency: str) -> dict[str, Any]:
    return {
        "unit": each.unit,
        "amount": f"{each.amount:f}",
        "units": f"{each.units.normalize():f}",
        "cost": None if each.cost is None else f"{each.cost:f}",
        "currency": currency,
    }
