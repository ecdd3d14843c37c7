"""`cinv shortcomings register`: what is open, handed over, mended and wrong, as a report."""

from pathlib import Path

import click

from customer_inventory.cli.report_file import form_of, write_report
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.report.form import FORMS
from customer_inventory.kit.report.model import Report
from customer_inventory.kit.settings import Settings
from customer_inventory.shortcomings.handover.register import register


@click.command("register")
@click.option("--format", "form", type=click.Choice(tuple(FORMS)), help="Write it to the output.")
@click.option(
    "--to",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it into a file; the ending is the form.",
)
def register_command(form: str | None, file: Path | None) -> None:
    """Write the register: what is open, at which desk, what was promised and achieved, and wrong.

    The house writes it every week into CINV_REPORTS, once the management process
    shortcoming-register is in force.

    \b
    Example:
      cinv shortcomings register --to register.pdf
      cinv shortcomings register --format csv
    """
    if (form is None) == (file is None):
        raise Invalid("In which form?", hint="Give --to FILE, or --format.")
    if file is not None:
        form_of(file)

    async def work() -> Report:
        async with opened(Settings.from_environment()) as database:
            return await register(database)

    made = run(work())
    if file is not None:
        write_report(file, made)
    else:
        click.echo(FORMS[str(form)].made(made), nl=False)
