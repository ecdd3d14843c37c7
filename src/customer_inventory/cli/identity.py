"""`cinv customer merge`, `unmerge` and `transfer`: who is one, and who holds what."""

from typing import Any

import click

from customer_inventory.access.house import operator, trace
from customer_inventory.access.operation import Operation
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.clock import now
from customer_inventory.kit.settings import Settings
from customer_inventory.record.identity import transfer as transfers
from customer_inventory.record.identity.group import Merged
from customer_inventory.record.identity.merging import MERGEABLE, Identity
from customer_inventory.record.types import named
from customer_inventory.store.together import together

_type = click.option(
    "--type",
    "record_type",
    type=click.Choice(MERGEABLE),
    default="customer",
    show_default=True,
    help="What they are.",
)
_dry_run = click.option("--dry-run", is_flag=True, help="Tell what would be; change nothing.")


@click.command()
@click.argument("merged", nargs=-1, required=True)
@click.option("--into", "survivor", required=True, help="The record that they are shown as.")
@_type
@_dry_run
@output_option
def merge(
    merged: tuple[str, ...], survivor: str, record_type: str, dry_run: bool, output: str
) -> None:
    """Show records of one subject as one of them; `unmerge` parts them again at any time.

    \b
    Example:
      cinv customer merge qa06h0q9x2mrs6kz4c8v1tdw3e --into 04vxm2r4sjw9rsm2x6c4k7h1ea --dry-run
    """

    async def work() -> Merged:
        async with opened(Settings.from_environment()) as whole, together(whole) as database:
            actor = operator()
            made = await Identity(database).merge(
                named(record_type), survivor, merged, actor=actor, is_rehearsal=dry_run
            )
            await trace(database, actor, Operation.MODIFY, "merge", made.ids)
            return made

    _tell(run(work()), output)


@click.command()
@click.argument("identifier")
@_type
@_dry_run
@output_option
def unmerge(identifier: str, record_type: str, dry_run: bool, output: str) -> None:
    """Let a merged record stand for itself again.

    \b
    Example:
      cinv customer unmerge qa06h0q9x2mrs6kz4c8v1tdw3e
    """

    async def work() -> Merged:
        async with opened(Settings.from_environment()) as whole, together(whole) as database:
            actor = operator()
            made = await Identity(database).part(
                named(record_type), identifier, actor=actor, is_rehearsal=dry_run
            )
            await trace(database, actor, Operation.MODIFY, "merge", (*made.ids, identifier))
            return made

    _tell(run(work()), output)


@click.command()
@click.argument("identifier")
@click.option(
    "--type",
    "record_type",
    type=click.Choice(transfers.TRANSFERRED),
    required=True,
    help="What is transferred.",
)
@click.option("--to", "holder", required=True, help="The id of the new holder.")
@click.option(
    "--to-type",
    type=click.Choice(transfers.HOLDERS),
    default="customer",
    show_default=True,
    help="What the new holder is.",
)
@click.option("--kind", type=click.Choice(transfers.KINDS), required=True, help="Why.")
@_dry_run
def transfer(
    identifier: str, record_type: str, holder: str, to_type: str, kind: str, dry_run: bool
) -> None:
    """Transfer an account, agreement or product to another holder; both keep their histories.

    \b
    Example:
      cinv customer transfer qa06h0q9x2mrs6kz4c8v1tdw3e --type billingAccount \\
        --to 04vxm2r4sjw9rsm2x6c4k7h1ea --kind succession
    """

    async def work() -> transfers.Transfer:
        async with opened(Settings.from_environment()) as whole, together(whole) as database:
            actor = operator()
            made = await transfers.transfer(
                database,
                named(record_type),
                identifier,
                (named(to_type), holder),
                kind=kind,
                effective_at=now(),
                actor=actor,
                is_rehearsal=dry_run,
            )
            ids = (made.record_id, made.from_id, made.to_id)
            await trace(database, actor, Operation.MODIFY, "transfer", ids)
            return made

    made = run(work())
    click.echo(f"{made.record_id}: from {made.from_id} to {made.to_id}")


def _tell(made: Merged, output: str) -> None:
    rows: list[dict[str, Any]] = [
        {
            "attribute": name,
            "value": made.document.get(name),
            "rule": survivor.rule,
            "from": ", ".join(survivor.views),
        }
        for name, survivor in made.why.items()
    ]
    show(rows, output, columns=("attribute", "rule", "from", "value"), empty="Nothing is shown.")
