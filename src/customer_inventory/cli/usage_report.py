"""`cinv usage report`: what was used in a month, what was stored, what the database did."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from customer_inventory.access.house import accounted
from customer_inventory.access.log.partition import Month
from customer_inventory.access.operation import Operation
from customer_inventory.cli.access_decision import in_database
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.report_file import form_of, to_option, write_report
from customer_inventory.cli.usage_span import month as month_of
from customer_inventory.kit.report.model import Report
from customer_inventory.store.database import Row
from customer_inventory.usage.cost.driver import Used
from customer_inventory.usage.cost.used import used_in
from customer_inventory.usage.metering.hourly import COUNTS
from customer_inventory.usage.metering.storage import gigabyte_months
from customer_inventory.usage.report.kind import COST, KINDS, report

_SUMMED = {
    "process": "process",
    "purpose": "purpose",
    "operation": "operation",
    "record-type": "record_type",
}
_HOURS = 3_600_000_000
_NAMES = [name for name in KINDS if name != COST]
_BY = (*_SUMMED, "storage", "effort")


@click.command("report")
@click.argument("month", required=False)
@click.option("--by", type=click.Choice(_BY), default="process", show_default=True,
              help="A row: sums of the ledger, a table, or effort of the database.")  # fmt: skip
@click.option("--of", "name", type=click.Choice(_NAMES), default="usage", show_default=True,
              help="With --to: what the report is of.")  # fmt: skip
@to_option
@output_option
def report_command(month: str | None, by: str, name: str, file: Path | None, output: str) -> None:
    """Report what was used in MONTH (this one, unless named), as far as it is metered.

    Storage is in gigabyte-months, effort in hours of statements; what of that time nobody is known
    to have caused is on a row of its own, and its share is the coverage.

    \b
    Example:
      cinv usage report 2026-01
      cinv usage report 2026-01 --by storage -o csv
      cinv usage report 2026-01 --of minimisation --to unused.html
    """
    which = month_of(month)
    if file is not None:
        _write(file, name, which)
        return
    used: Used = in_database(
        lambda database: accounted(
            database,
            lambda within: used_in(within, which),
            Operation.READ,
            "usageReport",
            about=f"{which} by {by}",
        )
    )
    if by == "storage":
        rows = list(_stored(used))
    elif by == "effort":
        rows = list(_effort(used))
        click.echo(f"coverage: {float(used.effort.coverage):.1%}", err=True)
    else:
        rows = _sums(used.sums, by)
    columns = tuple(rows[0]) if rows else (by,)
    show(rows, output, columns=columns, empty=f"Nothing is metered of {which}.")


def _write(file: Path, name: str, month: Month) -> None:
    form_of(file)
    made: Report = in_database(
        lambda database: accounted(
            database,
            lambda within: report(within, name, month),
            Operation.READ,
            "usageReport",
            about=f"{name} of {month}",
        )
    )
    write_report(file, made)


def _sums(sums: Sequence[Row], by: str) -> list[dict[str, Any]]:
    """Return sums of the ledger by one of its words, the most requests first."""
    found: dict[str, Counter[str]] = {}
    for row in sums:
        found.setdefault(row[_SUMMED[by]], Counter()).update({name: row[name] for name in COUNTS})
    ordered = sorted(found.items(), key=lambda each: (-each[1]["requests"], each[0]))
    return [{_SUMMED[by]: name, **{n: sums[n] for n in COUNTS}} for name, sums in ordered]


def _stored(used: Used) -> Iterable[dict[str, Any]]:
    """Yield a row a table: gigabyte-months of heap, index and TOAST."""
    span = (used.month.start, used.month.stop)
    for held in sorted(used.held, key=lambda each: -each.whole):
        parts = {"heap": held.heap, "index": held.index, "toast": held.toast, "whole": held.whole}
        told = {name: f"{gigabyte_months(size, *span):.6f}" for name, size in parts.items()}
        yield {"relation": held.relation, **told}


def _effort(used: Used) -> Iterable[dict[str, Any]]:
    """Yield a row a process, the most time first; what is nobody's comes last."""
    by_process = used.effort.by_process
    for process in sorted(by_process, key=lambda name: (-by_process[name], name)):
        yield {"process": process, "hours": f"{by_process[process] / _HOURS:.6f}"}
    yield {"process": "(unattributed)", "hours": f"{used.effort.unattributed / _HOURS:.6f}"}
