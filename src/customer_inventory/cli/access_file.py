"""`cinv access apply` and `cinv access export`: access declared in a file."""

import sys
from pathlib import Path

import click

from customer_inventory.access.declared import form
from customer_inventory.access.declared.plan import Change, apply, plan
from customer_inventory.access.declared.present import exported
from customer_inventory.access.house import operator, trace
from customer_inventory.access.operation import Operation
from customer_inventory.cli.access_decision import as_option, changed, decided, in_database
from customer_inventory.cli.failing import PARTLY, PROBLEMS
from customer_inventory.cli.output import output_option, show
from customer_inventory.kit.errors import Invalid
from customer_inventory.store.database import Database

_COLUMNS = ("what", "action", "difference")


@click.command("apply")
@click.option(
    "-f",
    "--file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The YAML file that declares processes, purposes, people and grants.",
)
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--check", is_flag=True, help="As --dry-run; exit with 1 when anything differs.")
@as_option
@output_option
def apply_command(file: Path, dry_run: bool, check: bool, person: str | None, output: str) -> None:
    """Bring access in line with a file: the plan is shown, then made. Grants are asked for.

    What waits for others to decide is told, with exit code 4.

    \b
    Example:
      cinv access apply --help
    """
    try:
        declared = form.read(file.read_text("utf-8"))
    except UnicodeDecodeError:
        raise Invalid(f"{file} is no text in UTF-8.", hint="Save it as UTF-8.") from None

    async def work(database: Database) -> tuple[list[Change], list[Change]]:
        changes = await plan(database, declared)
        told = [{name: getattr(each, name) for name in _COLUMNS} for each in changes]
        show(told, output, columns=_COLUMNS, empty="Nothing differs.")
        if dry_run or check:
            return changes, []
        by = decided(person, f"declared in {file.name}")
        waiting = await apply(database, changes, by=by)
        for each in (change for change in changes if change.do is not None):
            about = f"{each.action} {each.what}"
            await trace(database, operator(), Operation.MODIFY, "access", (), reason=about)
        return changes, waiting

    if dry_run or check:
        changes, waiting = in_database(work)
    else:
        about = f"apply {file.name}"
        changes, waiting = changed(work, Operation.MODIFY, "access", about=about)
    if check and changes:
        sys.exit(PROBLEMS)
    if waiting:
        sys.exit(PARTLY)


@click.command("export")
def export_command() -> None:
    """Print a file that declares access as it is: applied here, it changes nothing."""
    click.echo(in_database(exported), nl=False)
