"""`cinv record`: the declared record types, and what was observed and found about records."""

import click

from customer_inventory.access.house import operator, trace
from customer_inventory.access.operation import Operation
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.record_schema import schema
from customer_inventory.cli.running import opened, run
from customer_inventory.cli.trust import trust
from customer_inventory.kit.settings import Settings
from customer_inventory.record import finding
from customer_inventory.record.observation import MISSING, READ, REFUSED, UNDECLARED, observed
from customer_inventory.tmf.coverage import coverage

_last = click.option(
    "--last",
    default=50,
    show_default=True,
    type=click.IntRange(1, 10_000),
    help="Most rows to show.",
)


@click.group()
def record() -> None:
    """Records: their types, what was observed at the door, what was found."""


record.add_command(schema)
record.add_command(trust)


@record.command()
@output_option
def types(output: str) -> None:
    """List what is held of the SID's customer entities: record type, API, versions, paths."""
    columns = ("sid_entity", "type", "kind", "api", "versions", "paths", "mandatory")
    show(coverage(), output, columns=columns, empty="")


@record.command("observed")
@click.option(
    "--kind",
    type=click.Choice([UNDECLARED, MISSING, REFUSED, READ]),
    default=UNDECLARED,
    show_default=True,
    help="What was observed.",
)
@_last
@output_option
def observed_command(kind: str, last: int, output: str) -> None:
    """List attributes that are undeclared, or missing for version 5, most frequent first."""

    async def work() -> None:
        async with opened(Settings.from_environment()) as database:
            rows = await observed(database, kind, limit=last)
        columns = ("record_type", "path", "process", "seen", "last_seen_at")
        show(rows, output, columns=columns, empty="Nothing of the kind has arrived.")

    run(work())


@record.command()
@click.option("--check", is_flag=True, help="Look for references that lead nowhere first.")
@click.option(
    "--state",
    type=click.Choice(["open", "closed"]),
    default="open",
    show_default=True,
    help="Which of them.",
)
@_last
@output_option
def findings(check: bool, state: str, last: int, output: str) -> None:
    """List findings: what somebody should look at."""

    async def work() -> None:
        async with opened(Settings.from_environment()) as database:
            if check:
                await finding.check_references(database)
            rows = await finding.findings(database, state=state, limit=last)
            ids = list(dict.fromkeys(row["record_id"] for row in rows if row["record_id"]))
            await trace(database, operator(), Operation.READ, "finding", ids)
        columns = ("kind", "record_id", "evidence", "state", "found_at")
        show(rows, output, columns=columns, empty=f"No finding is {state}.")

    run(work())
