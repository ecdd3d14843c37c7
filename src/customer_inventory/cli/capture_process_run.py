"""`cinv capture processes run` and `record-run`: runs of processes, and what is known of them."""

import sys
from functools import partial

import click

from customer_inventory.access.house import operator
from customer_inventory.access.log.house import seal_own
from customer_inventory.access.operation import Operation
from customer_inventory.capture.process import register, running, scheduling
from customer_inventory.cli.access_decision import changed, in_database
from customer_inventory.cli.failing import DONE, PARTLY, PROBLEMS
from customer_inventory.cli.output import output_option, show
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Database

KIND = "captureProcess"
"""The ledger's word for processes."""
_process = click.argument("process")


@click.command("run")
@_process
@click.option("--file", "place", metavar="FILE|-|s3://BUCKET/KEY", help="Instead of its place.")
def run_command(process: str, place: str | None) -> None:
    """Run a process now, as it is in force: one that loads here, the same as `import --by`.

    A task of the house is put in the queue, which `cinv serve` works on.

    \b
    Example:
      cinv capture processes run crm-daily --file extract.csv
      cinv capture processes run retention
    """
    declared = in_database(partial(_in_force, process)).declared
    if declared.load is not None:
        sys.exit(run_process(process, place))
    if place is not None:
        raise click.UsageError(f"{process} loads nothing.")
    if not declared.is_of_house:
        raise Invalid(f"{process} is done by people.", hint="`record-run` says that it was.")
    changed(
        lambda database: scheduling.start(database, process, actor=operator()),
        Operation.UPDATE, KIND, about=f"run {process}",
    )  # fmt: skip
    click.echo("in the queue: `cinv capture jobs` tells what becomes of it", err=True)


def run_process(process: str, place: str | None) -> int:
    """Run a process of kind capture, say what it did, and return the exit code of that."""
    me = operator()

    async def work(database: Database) -> running.Ran:
        settings = Settings.from_environment()
        done = await running.run(
            database, settings, await _in_force(process, database),
            person=me.person, terminal=me.source, place=place,
        )  # fmt: skip
        await seal_own(database, settings)
        return done

    ran = in_database(work)
    click.echo(ran.summary.said, err=True)
    if ran.breach:
        click.echo(f"out of control: {ran.breach}", err=True)
        return PROBLEMS
    return PARTLY if ran.summary.tally.refused else DONE


@click.command("record-run")
@_process
@click.option(
    "--figure", "figures", multiple=True, metavar="NAME=NUMBER", help="What it counted. Several."
)
@click.option("--problem", help="What kept it from being done.")
def record_run(process: str, figures: tuple[str, ...], problem: str | None) -> None:
    """Record that what people do was done, with its figures, or why it was not.

    \b
    Example:
      cinv capture processes record-run backup --figure hoursLost=0.25
    """
    me, told = operator(), dict(map(running.figure, figures))

    async def work(database: Database) -> None:
        one = await _in_force(process, database)
        await running.note(database, one, person=me.person, figures=told, problem=problem)

    changed(work, Operation.UPDATE, KIND, about=f"record a run of {process}")


async def _in_force(process: str, database: Database) -> register.Active:
    (one,) = await register.active(database, process)
    return one


@click.command()
@output_option
def sources(output: str) -> None:
    """List the sources: what was loaded of each, what waits in quarantine, how old it is."""
    columns = ("source", "loads", "rows", "refused", "waiting", "last_ended_at")
    show(in_database(running.sources), output, columns=columns, empty="Nothing was loaded yet.")


@click.command()
@click.option("--process", help="Of this capture process.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
@output_option
def jobs(process: str | None, limit: int, output: str) -> None:
    """List the runs of capture processes, newest first, with the record of each."""
    rows = in_database(lambda database: running.runs(database, process, limit=limit))
    columns = ("id", "process", "version", "began_at", "seconds", "outcome", "is_met", "figures",
               "rows_read", "rows_refused", "corrected", "person", "problem")  # fmt: skip
    show(rows, output, columns=columns, empty="Nothing ran yet.")
