"""`cinv monthly`: the report of a month on everything, who gets it, and its delivery."""

from pathlib import Path
from typing import Any

import click

from customer_inventory.access.house import accounted, operator
from customer_inventory.access.operation import Operation
from customer_inventory.cli.access_decision import in_database
from customer_inventory.cli.declared_file import put_in_force, text_of
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.report_file import form_of, write_report
from customer_inventory.cli.running import opened, run
from customer_inventory.cli.usage_span import month as month_of
from customer_inventory.kit.report.form import FORMS
from customer_inventory.kit.report.model import Report
from customer_inventory.kit.settings import Settings
from customer_inventory.monthly import declaring, delivering
from customer_inventory.monthly.declared import read
from customer_inventory.monthly.kind import INVENTORY, NAMES, report

_REPORT, _RECIPIENT = "inventoryReport", "reportRecipient"
"""The ledger's words for reports of a month, and for who gets them."""


@click.group()
def monthly() -> None:
    """The month's report: quality, usage, access and cost in one, delivered to its owners."""


@monthly.command("report")
@click.argument("month", required=False)
@click.option("--of", "name", type=click.Choice(NAMES), default=INVENTORY, show_default=True,
              help="What it is of.")  # fmt: skip
@click.option("--to", "file", required=True, type=click.Path(dir_okay=False, path_type=Path),
              help=f"The file; its ending is the form: {', '.join(FORMS)}.")  # fmt: skip
def report_command(month: str | None, name: str, file: Path) -> None:
    """Write the report of MONTH (this one, unless named) into a file.

    \b
    Example:
      cinv monthly report 2026-01 --to month.html
      cinv monthly report 2026-01 --of quality --to quality.xlsx
    """
    which = month_of(month)
    form_of(file)
    made: Report = in_database(
        lambda database: accounted(
            database,
            lambda within: report(within, name, which),
            Operation.READ,
            _REPORT,
            about=f"{name} of {which}",
        )
    )
    write_report(file, made)


@monthly.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--reason", required=True, help="Why: kept with it.")
@click.option("--dry-run", is_flag=True, help="Look for errors; change nothing.")
def declare(file: Path, reason: str, dry_run: bool) -> None:
    """Let FILE say which owners get which reports, in which forms.

    \b
    Example:
      cinv monthly declare recipients.yaml --reason "controlling asked for it"
    """
    text = text_of(file)
    if dry_run:
        click.echo(f"{len(read(text))} recipients: no error.", err=True)
        return
    put_in_force(declaring.declare, text, _RECIPIENT, reason=reason)


@monthly.command()
@output_option
def recipients(output: str) -> None:
    """List who gets which reports."""
    found = in_database(
        lambda database: accounted(
            database, declaring.recipients, Operation.READ, _RECIPIENT, about="recipients"
        )
    )
    rows = [
        {"owner": each.owner, "report": each.report, "forms": ", ".join(each.forms),
         "contact": each.contact}
        for each in found
    ]  # fmt: skip
    show(rows, output, columns=("owner", "report", "forms", "contact"), empty="Nobody gets one.")


@monthly.command()
@click.argument("month", required=False)
@output_option
def deliver(month: str | None, output: str) -> None:
    """Deliver the reports of MONTH (the one before, unless named) to those who have not got them.

    The service does it by itself on the first of each month. Files go into the folder CINV_REPORTS;
    a second time, nothing is delivered that is there.

    \b
    Example:
      cinv monthly deliver 2026-01
    """
    settings = Settings.from_environment()
    which = month_of(month) if month else month_of(None).before

    async def work() -> list[dict[str, Any]]:
        async with opened(settings) as database:
            made = await delivering.deliver(database, settings, which, actor=operator())
        return [
            {"owner": each.owner, "report": each.report, "file": file}
            for each in made
            for file in each.files
        ]

    empty = f"Everybody has the reports of {which}."
    show(run(work()), output, columns=("owner", "report", "file"), empty=empty)


@monthly.command()
@output_option
def deliveries(output: str) -> None:
    """List what was delivered to whom, latest first."""
    found = in_database(
        lambda database: accounted(
            database, delivering.deliveries, Operation.READ, _REPORT, about="deliveries"
        )
    )
    rows = [{"id": row["id"], **delivering.told(row)} for row in found]
    columns = ("month", "owner", "report", "file", "deliveredAt")
    show(rows, output, columns=columns, empty="Nothing was delivered.")
