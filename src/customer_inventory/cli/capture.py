"""`cinv capture`: bring customers in from files."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from uuid import UUID

import click

from customer_inventory.access.house import PROCESS, PURPOSE, operator, trace
from customer_inventory.access.log.house import seal_own
from customer_inventory.access.masking import masking_key_in
from customer_inventory.access.operation import Operation
from customer_inventory.capture.arrival.arriving import Arrived, Wanted, arrivals_of, arriving
from customer_inventory.capture.importing import Progress, Summary, import_file, imports
from customer_inventory.capture.mapping import builtin, read_mapping
from customer_inventory.capture.refusal import refused
from customer_inventory.cli.capture_pairs import pairs
from customer_inventory.cli.capture_process import processes
from customer_inventory.cli.capture_process_run import jobs, run_process, sources
from customer_inventory.cli.capture_quarantine import quarantine
from customer_inventory.cli.capture_reconcile import reconcile_group
from customer_inventory.cli.capture_stream import stream_command, streams_command
from customer_inventory.cli.failing import DONE, PARTLY
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.settings import Settings

_REFUSAL = ("file", "line", "place", "code", "requirement", "path", "reason", "row_text")


@click.group()
def capture() -> None:
    """Capture: bring facts in from sources."""


_GROUPS = (
    quarantine, processes, sources, jobs, pairs, stream_command, streams_command, reconcile_group,
)  # fmt: skip
for each in _GROUPS:
    capture.add_command(each)


@capture.command("import")
@click.argument("file", metavar="FILE|-|s3://BUCKET/KEY")
@click.option(
    "--mapping",
    metavar="NAME|FILE",
    help="A mapping that comes with the product, or a file of yours.",
)
@click.option(
    "--by",
    "declared",
    metavar="ID",
    help="By a capture process in force: its mapping, its process and purpose, its controls.",
)
@click.option(
    "--process",
    default=PROCESS,
    show_default=True,
    help="Registered process that loads: a row is taken only if that may write all of it.",
)
@click.option("--purpose", help="What for; given with a process of yours.")
@click.option("--member", metavar="NAME", help="File of a ZIP archive that has several.")
@click.option("--sheet", metavar="NAME", help="Sheet of a workbook; the first unless told.")
@output_option
def import_command(
    file: str,
    mapping: str | None,
    declared: str | None,
    process: str,
    purpose: str | None,
    member: str | None,
    sheet: str | None,
    output: str,
) -> None:
    """Load a file by a declared mapping, as a registered process.

    CSV, NDJSON, JSON, Parquet and XLSX, also packed (gzip, Zstandard, ZIP): what a file is, is seen
    from its content. From this machine, standard input (-) or object storage (s3://bucket/key).

    A load that was cut short goes on when it is run again; a file that was loaded before changes
    nothing. Rows that break the mapping or a declaration are refused by line and reason, and so are
    those with a record that the process may not create, update or modify for its purpose; the
    others are loaded. Exit code 4 says that some were refused. When what the process may do changes
    meanwhile, the load stops within a chunk; run again, it goes on.

    \b
    Example:
      cinv demo generate --customers 100 -f customers.ndjson
      cinv capture import customers.ndjson --mapping records
      cinv capture import moves.csv --mapping moves.yaml --process crm --purpose customerCare
      cinv capture import extract.csv --by crm-daily
      cinv capture import s3://extracts/2026-11.parquet --mapping billing.yaml
    """
    if (mapping is None) == (declared is None):
        raise click.UsageError("Name a mapping, or the capture process that it is by.")
    if declared is not None:
        if purpose is not None or member is not None or sheet is not None:
            raise click.UsageError("A capture process says for itself what it is for.")
        sys.exit(run_process(declared, file))
    if purpose is None and process != PROCESS:
        raise click.UsageError("Name the purpose of the process: --purpose.")
    actor = operator(process, purpose or PURPOSE)
    settings = Settings.from_environment()
    by = read_mapping(mapping or "")

    async def work(arrived: Arrived) -> Summary:
        key = b"" if process == PROCESS else masking_key_in(settings.home)
        async with opened(settings) as database:
            with progress(f"loading {arrived.name}") as tell:
                done = await import_file(
                    database, arrived.path, by, actor=actor, progress=tell, masking_key=key,
                    name=arrived.name,
                )  # fmt: skip
            await seal_own(database, settings)
            return done

    spool, storage = arrivals_of(settings)
    wanted = Wanted(member, sheet)
    with arriving(file, by, spool, wanted=wanted, storage=storage) as arrived:
        summary = run(work(arrived))
    rows = [{"type": name, **asdict(each)} for name, each in summary.tally.records.items()]
    columns = ("type", "created", "changed", "unchanged", "repeated", "late", "removed")
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
                   "process", "purpose", "started_at", "ended_at")  # fmt: skip
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
            # What was refused is data of customers, in the words of the source.
            await trace(database, operator(), Operation.READ, "refusal", ())
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
