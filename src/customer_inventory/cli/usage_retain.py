"""`cinv usage ledger retain`: months of the ledger that are past their time, and their end."""

from typing import Any

import click

from customer_inventory.access.house import operator
from customer_inventory.access.log.house import retirer_of
from customer_inventory.access.log.retiring import DUE, Standing
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.errors import Conflict
from customer_inventory.kit.settings import Settings

_COLUMNS = ("month", "state", "gone_by", "entries", "reference")


class NoRule(Conflict):
    """No policy of retention says when entries of the ledger must be gone."""

    def __init__(self) -> None:
        super().__init__(
            "No rule of retention is in force for the ledger.",
            hint="Write [ledger] into your policy, and name it in CINV_RETENTION.",
        )


@click.command("retain")
@click.option("--dry-run", is_flag=True, help="Show how every month stands; change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@output_option
def retain_command(dry_run: bool, yes: bool, output: str) -> None:
    """Drop the months of the ledger that are past their time; the rest stays proved.

    The service does it every night. A month goes only as it was sealed under an anchored
    checkpoint, and only when no entry in it names a record under legal hold. Who retired it is
    signed, and an entry of the ledger.

    \b
    Example:
      cinv usage ledger retain --dry-run
    """
    settings = Settings.from_environment()

    async def plan() -> list[Standing]:
        async with opened(settings) as database:
            return await retirer_of(database, settings).plan()

    async def retire() -> list[Standing]:
        async with opened(settings) as database:
            retirer = retirer_of(database, settings)
            if retirer.rule is None:
                raise NoRule
            return await retirer.run(actor=operator())

    if dry_run:
        _show(run(plan()), output, "The ledger has no months yet.")
        return
    if not yes:
        click.confirm("What is retired cannot be brought back. Retire it?", abort=True, err=True)
    _show(run(retire()), output, f"No month is {DUE}.")


def _show(standings: list[Standing], output: str, empty: str) -> None:
    rows: list[dict[str, Any]] = [
        {
            "month": str(each.month),
            "state": each.state,
            "gone_by": each.gone_by,
            "entries": each.entries,
            "reference": each.reference,
        }
        for each in standings
    ]
    show(rows, output, columns=_COLUMNS, empty=empty)
