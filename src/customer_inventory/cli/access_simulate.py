"""`cinv access simulate`: what a draft of permissions would have changed."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from customer_inventory.access.house import operator, trace
from customer_inventory.access.operation import Operation
from customer_inventory.background.asked import asked_for
from customer_inventory.cli.failing import PROBLEMS
from customer_inventory.cli.lifetime import lifetime
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.clock import now
from customer_inventory.kit.settings import Settings
from customer_inventory.usage.draft import read_draft
from customer_inventory.usage.simulating import REFUSED, SAME, Simulation, simulate


@click.command("simulate")
@click.option(
    "-f",
    "--file",
    "file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The draft, in YAML.",
)
@click.option("--since", default="7d", show_default=True, help="How far back: 12h, 7d.")
@output_option
def simulate_command(file: Path, since: str, output: str) -> None:
    """Decide the past traffic of a process again, under a draft of what it may do.

    Lists, by operation and type, what would be newly refused or allowed, by which rule, with
    counts and examples; whose records are all out of a scope counts as refused. Nothing is changed.

    Exit code 0: nothing would be refused that was permitted; 1: something would.

    \b
    A draft says:
      process: marketing
      purpose: marketing
      permissions:
        customer: [read]
        individual:
          operations: [read, update]
          terms: {quota: {rowsPerDay: 1000}}

    \b
    Example:
      cinv access simulate --help
    """
    draft = read_draft(file)
    start = now() - lifetime(since)

    async def work() -> Simulation:
        async with opened(Settings.from_environment()) as database:
            simulation = await simulate(database, draft, since=start, asks_for=asked_for())
            await trace(database, operator(), Operation.READ, "accessSimulation", [])
        return simulation

    simulation = run(work())
    columns = ("operation", "record_type", "change", "rule", "requests", "records", "examples")
    rows = (asdict(outcome) for outcome in simulation.outcomes)
    show(rows, output, columns=columns, empty="The process did nothing in that time.")
    changed = sum(each.requests for each in simulation.outcomes if each.change != SAME)
    click.echo(f"{changed:,} of {simulation.requests:,} requests would change.", err=True)
    if any(each.change == REFUSED for each in simulation.outcomes):
        sys.exit(PROBLEMS)
