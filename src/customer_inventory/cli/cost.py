"""`cinv cost`: what the inventory costs, who causes it, and whether the parts are the whole."""

import sys
from pathlib import Path
from typing import Any

import click

from customer_inventory.access.house import accounted, operator
from customer_inventory.access.operation import Operation
from customer_inventory.cli.access_decision import in_database
from customer_inventory.cli.cost_export import export_command
from customer_inventory.cli.cost_report import report_command
from customer_inventory.cli.declared_file import put_in_force, text_of
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.usage_span import month as month_of
from customer_inventory.usage.cost import closing, declaring
from customer_inventory.usage.cost.allocating import Allocation, Calculated
from customer_inventory.usage.cost.declared import read
from customer_inventory.usage.cost.driver import DRIVERS
from customer_inventory.usage.cost.money import told
from customer_inventory.usage.cost.span import LAST
from customer_inventory.usage.cost.statement import every_statement_of

_DECLARATION = "costDeclaration"
_STATEMENT = "costStatement"
"""The ledger's words for what is declared of cost, and for what months cost."""

_LINES = (
    "pool", "share", "process", "purpose", "cost_centre", "quantity", "unit", "amount", "currency",
)  # fmt: skip


@click.group()
def cost() -> None:
    """Cost: pools and rates, allocated to the cent to the processes that cause them."""


cost.add_command(report_command)
cost.add_command(export_command)


@cost.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--reason", required=True, help="Why: kept with it.")
@click.option("--dry-run", is_flag=True, help="Look for errors; change nothing.")
def declare(file: Path, reason: str, dry_run: bool) -> None:
    """Let FILE say what pools cost, what is charged, whose cost centres and budgets are.

    All of it begins with a month and may end with one. Closed months stay as they are.

    \b
    Example:
      cinv cost declare costs.yaml --reason "budget 2026"
    """
    text = text_of(file)
    if dry_run:
        made = read(text)
        click.echo(f"{len(made.pools)} pools, {len(made.rates)} rates: no error.", err=True)
        return
    put_in_force(declaring.declare, text, _DECLARATION, reason=reason)


@cost.command()
@output_option
def pools(output: str) -> None:
    """List what is paid for, month by month, and what it is shared out by."""
    there = _declared("pools")
    rows = [
        {
            "pool": pool.name,
            "kind": pool.kind,
            "driver": pool.driver.name,
            "from": str(span.first),
            "through": _through(span),
            "amount": told(span.held.amount, there.currency),
            "currency": there.currency,
            "capacity": span.held.capacity,
            "unit": pool.driver.unit,
        }
        for pool in there.pools
        for span in pool.costs
    ]
    columns = (
        "pool", "kind", "driver", "from", "through", "amount", "currency", "capacity", "unit",
    )  # fmt: skip
    show(rows, output, columns=columns, empty="No pool.")


@cost.command()
@output_option
def rates(output: str) -> None:
    """List what is charged for what is used."""
    there = _declared("rates")
    rows = [
        {
            "meter": rate.meter.name,
            "unit": rate.meter.unit,
            "per": rate.per,
            "from": str(span.first),
            "through": _through(span),
            "price": f"{span.held:f}",
            "currency": there.currency,
        }
        for rate in there.rates
        for span in rate.prices
    ]
    columns = ("meter", "unit", "per", "from", "through", "price", "currency")
    show(rows, output, columns=columns, empty="Nothing is charged.")


@cost.command()
@click.argument("month", required=False)
@output_option
def allocate(month: str | None, output: str) -> None:
    """Show what MONTH (this one, unless named) cost, line by line, or comes to so far.

    \b
    Example:
      cinv cost allocate 2026-01
    """
    which = month_of(month)
    found = _read(lambda database: closing.costs(database, which), str(which))
    _show_lines(found.lines, output)
    said = f"closed, {found.corrections} corrections" if found.is_closed else "not closed"
    whole = told(sum(found.lines.pools.values()), found.lines.currency)
    click.echo(f"{which}: {whole} {found.lines.currency}, {said}.", err=True)


@cost.command()
@click.argument("month")
@output_option
def close(month: str, output: str) -> None:
    """Close MONTH: its lines are frozen; what comes to light later is a correction.

    \b
    Example:
      cinv cost close 2026-01
    """
    which = month_of(month)
    lines = _changed(
        lambda within: closing.close(within, which, actor=operator()), f"close {which}"
    )
    _show_lines(lines, output)


@cost.command()
@click.argument("month")
@output_option
def correct(month: str, output: str) -> None:
    """Correct a closed MONTH by what is known and declared now, by lines of their own.

    \b
    Example:
      cinv cost correct 2026-01
    """
    which = month_of(month)
    lines = _changed(
        lambda within: closing.correct(within, which, actor=operator()), f"correct {which}"
    )
    if lines is None:
        click.echo(f"{which} is as it was closed: nothing to correct.", err=True)
        return
    _show_lines(lines, output)


@cost.command()
@click.argument("month", required=False)
@click.option("--recount", is_flag=True, help="Count the month's ledger anew, and compare.")
@output_option
def check(month: str | None, recount: bool, output: str) -> None:
    """Check that the parts of MONTH are its pools, to the cent, and are as they were closed.

    Exit code 1 says that they are not.

    \b
    Example:
      cinv cost check 2026-01 --recount
    """
    which = month_of(month)
    found = _read(lambda database: closing.faults(database, which, recounted=recount), str(which))
    rows = [{"month": str(which), "fault": fault} for fault in found]
    show(rows, output, columns=("month", "fault"), empty=f"{which}: the parts are the whole.")
    sys.exit(1 if found else 0)


@cost.command()
@output_option
def statements(output: str) -> None:
    """List the months that are closed, and their corrections."""
    found = _read(every_statement_of, "statements")
    rows = [{**row, "month": f"{row['month']:%Y-%m}"} for row in found]
    columns = ("month", "number", "currency", "declaration", "closed_at", "process", "person")
    show(rows, output, columns=columns, empty="No month is closed.")


def _declared(about: str) -> Any:
    return in_database(
        lambda database: accounted(
            database, declaring.in_force, Operation.READ, _DECLARATION, about=about
        )
    ).declared


def _read(work: Any, about: str) -> Any:
    return in_database(
        lambda database: accounted(database, work, Operation.READ, _STATEMENT, about=about)
    )


def _changed(work: Any, about: str) -> Any:
    return in_database(
        lambda database: accounted(database, work, Operation.MODIFY, _STATEMENT, about=about)
    )


def _show_lines(lines: Calculated, output: str) -> None:
    rows = [_row(line, lines.currency) for line in lines.allocations]
    show(rows, output, columns=_LINES, empty="Nothing.")


def _row(line: Allocation, currency: str) -> dict[str, Any]:
    return {
        "pool": line.pool,
        "share": line.share,
        "process": line.process,
        "purpose": line.purpose,
        "cost_centre": line.cost_centre,
        "driver": line.driver,
        "quantity": f"{line.quantity:f}",
        "unit": DRIVERS[line.driver].unit,
        "amount": told(line.amount, currency),
        "currency": currency,
    }


def _through(span: Any) -> str | None:
    return None if span.last == LAST else str(span.last)
