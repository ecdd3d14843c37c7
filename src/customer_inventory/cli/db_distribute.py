"""`cinv db distribute`: an inventory on one node becomes one on many, by Citus."""

import click

from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import run
from customer_inventory.facilities.distribution.distributing import SHARDS, Moved
from customer_inventory.facilities.distribution.distributing import distribute as move
from customer_inventory.facilities.distribution.planning import Plan
from customer_inventory.facilities.distribution.planning import plan as planned
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.settings import Settings

_PLANNED = ("table", "kind", "column", "rows", "bytes", "state", "reason")
_MOVED = ("table", "kind", "rows", "seconds")


@click.command()
@click.option("--plan", is_flag=True, help="Say what would be done and what hinders; do nothing.")
@click.option(
    "--shards",
    type=click.IntRange(1, 1024),
    default=SHARDS,
    show_default=True,
    help="How many shards records are spread over; it cannot be changed at a whim.",
)
@output_option
def distribute(plan: bool, shards: int, output: str) -> None:
    """Spread the inventory over the nodes of a Citus cluster.

    CINV_DATABASE_URL names the coordinator; services must not run. Each table is counted and
    hashed, moved, and counted and hashed again. What was broken off goes on where it stopped.

    \b
    Example:
      cinv db distribute --plan
    """
    dsn = Settings.from_environment().database_url
    if not dsn:
        raise Invalid(
            "The embedded server has no Citus.",
            hint="Set CINV_DATABASE_URL to the coordinator of a cluster.",
        )
    if plan:
        _show_plan(run(planned(dsn)), output)
        return
    moved = run(_all(dsn, shards))
    rows = [
        {
            "table": each.step.table,
            "kind": str(each.step.kind),
            "rows": each.rows,
            "seconds": round(each.seconds, 1),
        }
        for each in moved
    ]
    show(rows, output, columns=_MOVED, empty="Nothing to do: it is distributed.")


async def _all(dsn: str, shards: int) -> list[Moved]:
    moved = []
    async for each in move(dsn, shards=shards):
        moved.append(each)
        click.echo(f"{each.step.table}: {each.rows} rows, the same as before …", err=True)
    return moved


def _show_plan(made: Plan, output: str) -> None:
    rows = [
        {
            "table": step.table,
            "kind": str(step.kind),
            "column": step.column,
            "rows": step.rows,
            "bytes": step.bytes,
            "state": "as it shall be" if step.is_done else "to do",
            "reason": step.reason,
        }
        for step in made.steps
    ]
    show(rows, output, columns=_PLANNED, empty="There are no tables: cinv db migrate.")
    for hindrance in made.hindrances:
        click.echo(f"hindered: {hindrance}", err=True)
