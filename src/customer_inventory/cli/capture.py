"""`cinv capture`: bring customers in from files."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from uuid import UUID

import click

from customer_inventory.access.house import operator
from customer_inventory.capture.importing import Progress, Summary, import_file, imports
from customer_inventory.capture.mapping import builtin
from customer_inventory.capture.refusal import refused
from customer_inventory.cli.failing import DONE, PARTLY
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.settings import Settings

_REFUSAL = ("line", "path", "reason", "row_text")


@click.group()
def capture() -> None:
    """Capture: bring facts in from sources."""


@capture.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--mapping",
    required=True,
    metavar="NAME|FILE",
    help="A mapping that comes with the product, or a file of yours.",
)
@output_option
def import_command(file: Path, mapping: str, output: str) -> None:
    """Load a CSV or NDJSON file by a declared mapping.

    A load that was cut short goes on when it is run again; a file that was loaded before changes
    nothing. Rows that break the mapping or a declaration are refused by line and reason, the
    others are loaded. Exit code 4 says that some were refused.

    \b
    Example:
      cinv demo generate --customers 100 -f customers.ndjson
      cinv capture import customers.ndjson --mapping records
    """

    async def work() -> Summary:
        async with opened(Settings.from_environment()) as database:
            with progress(f"loading {file.name}") as tell:
                return await import_file(database, file, mapping, actor=operator(), progress=tell)

    summary = run(work())
    rows = [{"type": name, **asdict(each)} for name, each in summary.tally.records.items()]
    columns = ("type", "created", "changed", "unchanged", "repeated")
    show(rows, output, columns=columns, empty="The file has no rows.")
    _report(summary)
    sys.exit(PARTLY if summary.tally.refused else DONE)


@capture.command("list")
@output_option
def list_command(output: str) -> None:
    """List the loads, newest first; one without an end was cut short or is under way."""

    async def work() -> None:
        async with opened(Settings.from_environment()) as database:
            rows = await imports(database)
        columns = ("id", "source", "file_name", "mapping", "rows_read", "rows_refused",
                   "started_at", "ended_at")  # fmt: skip
        show(rows, output, columns=columns, empty="Nothing was loaded yet.")

    run(work())


@capture.command()
@click.argument("load", type=click.UUID)
@click.option("--limit", default=1000, show_default=True, type=click.IntRange(1, 1_000_000))
@output_option
def refusals(load: UUID, limit: int, output: str) -> None:
    """List the rows that a load refused, by line and reason.

    \b
    Example:
      cinv capture list
      cinv capture refusals 6f2c… -o csv
    """

    async def work() -> None:
        async with opened(Settings.from_environment()) as database:
            rows = await refused(database, load, limit=limit)
        show(rows, output, columns=_REFUSAL, empty="No row was refused.")

    run(work())


@capture.command()
@output_option
def mappings(output: str) -> None:
    """List the mappings that come with the product."""
    rows = [{"mapping": name} for name in builtin()]
    show(rows, output, columns=("mapping",), empty="None.")


@contextmanager
def progress(title: str) -> Iterator[Callable[[Progress], None] | None]:
    """Show how far a load is, with its rate, on a terminal; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    rows = TextColumn("{task.fields[rows]:,} rows")
    columns = (TextColumn(title), BarColumn(), rows, TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=None, rows=0)

        def tell(now: Progress) -> None:
            bar.update(task, completed=now.read, total=now.size, rows=now.tally.rows)

        yield tell


def _report(summary: Summary) -> None:
    if summary.resumed_at:
        click.echo(f"went on at line {summary.resumed_at:,}", err=True)
    click.echo(f"{summary.said} {summary.seconds:.1f} s", err=True)
    for record_type, paths in summary.tally.undeclared.items():
        for path, times in paths.items():
            click.echo(f"undeclared: {record_type} {path} ({times:,} times; kept)", err=True)
    for row in summary.refusals:
        where = f"{row['path']}: " if row["path"] else ""
        click.echo(f"line {row['line']}: {where}{row['reason']}", err=True)
    if summary.tally.refused > len({row["line"] for row in summary.refusals}):
        click.echo(f"all of them: cinv capture refusals {summary.id}", err=True)
