"""`cinv capture reconcile`: extracts of sources compared with what is held, both ways."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

import click

from customer_inventory.access.house import PROCESS, PURPOSE, operator
from customer_inventory.capture.arrival.arriving import Arrived, Wanted, arrivals_of, arriving
from customer_inventory.capture.mapping import Mapping, read_mapping
from customer_inventory.capture.process.register import active
from customer_inventory.capture.quarantine.held import Whose
from customer_inventory.capture.reconcile import running, worklist
from customer_inventory.capture.reconcile.finding import Kind
from customer_inventory.capture.reconcile.rows import Extract
from customer_inventory.capture.reconcile.running import Progress, Summary, reconcile
from customer_inventory.capture.reconcile.showing import seen
from customer_inventory.capture.reconcile.tolerance import Tolerances, read_tolerances
from customer_inventory.capture.reconcile.worklist import Chosen, State
from customer_inventory.cli.access_decision import in_database
from customer_inventory.cli.capture_reconcile_decide import DECIDING
from customer_inventory.cli.capture_reconcile_pack import PACKS
from customer_inventory.cli.failing import DONE, PARTLY, PROBLEMS
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.reading import Reader, reading, reading_options
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.settings import Settings
from customer_inventory.record.document import encode

_EVERYONE = Whose()
_TOTALS = ("kind", "record_type", "path", "found", "accepted")
_ITEMS = ("id", "state", "kind", "source", "record_type", "record_id", "path", "here", "there",
          "requirement", "rule", "line")  # fmt: skip


@click.group("reconcile")
def reconcile_group() -> None:
    """Reconciliation: what sources hold compared with what is held, both ways."""


for each in (*DECIDING, *PACKS):
    reconcile_group.add_command(each)


@reconcile_group.command("run")
@click.argument("file", metavar="FILE|-|s3://BUCKET/KEY")
@click.option("--mapping", metavar="NAME|FILE", help="That the source is imported by.")
@click.option("--by", "declared", metavar="ID", help="By a capture process in force: as it loads.")
@click.option(
    "--process",
    default=PROCESS,
    show_default=True,
    help="Registered process that compares, and that repairs are made as.",
)
@click.option("--purpose", help="What for; given with a process of yours.")
@click.option("--rules", "tolerances", type=click.Path(path_type=Path), metavar="FILE",
              help="File that says what may differ, by element.")  # fmt: skip
@click.option("--member", metavar="NAME", help="File of a ZIP archive that has several.")
@click.option("--sheet", metavar="NAME", help="Sheet of a workbook; the first unless told.")
@output_option
def run_command(
    file: str,
    mapping: str | None,
    declared: str | None,
    process: str,
    purpose: str | None,
    tolerances: Path | None,
    member: str | None,
    sheet: str | None,
    output: str,
) -> None:
    """Compare a source's full extract with what is held, and keep what differs in the worklist.

    The extract comes in any form that an import takes, and goes through the same mapping: what is
    compared are the elements that it maps. Found are records that are missing here, records that
    the source brought and its extract does not hold, elements that differ, and rows that an import
    would refuse. Nothing is changed by it. What was decided of earlier findings stays; what agrees
    now is closed. One that was cut short goes on when it is run again.

    Exit code 1 says that something does not agree, 4 that rows could not be compared.

    \b
    Example:
      cinv capture reconcile run extract.csv --mapping crm.yaml
      cinv capture reconcile run s3://extracts/crm.parquet --by crm-daily --rules crm-rules.yaml
    """
    if (mapping is None) == (declared is None):
        raise click.UsageError("Name a mapping, or the capture process that it is by.")
    if declared is None and purpose is None and process != PROCESS:
        raise click.UsageError("Name the purpose of the process: --purpose.")
    settings = Settings.from_environment()
    by, actor = _named(mapping, declared, operator(process, purpose or PURPOSE))
    rules = read_tolerances(tolerances, by) if tolerances else Tolerances()

    async def work(arrived: Arrived) -> Summary:
        async with opened(settings) as database:
            with _progress(f"comparing {arrived.name}") as tell:
                return await reconcile(
                    database, arrived.path, by, actor=actor, tolerances=rules, progress=tell,
                    name=arrived.name,
                )  # fmt: skip

    spool, storage = arrivals_of(settings)
    with arriving(file, by, spool, wanted=Wanted(member, sheet), storage=storage) as arrived:
        summary = run(work(arrived))
    show(summary.totals, output, columns=_TOTALS, empty="All of it agrees.")
    _report(summary)
    sys.exit(PARTLY if summary.refused else DONE if summary.is_agreed else PROBLEMS)


@reconcile_group.command("runs")
@output_option
def runs_command(output: str) -> None:
    """List reconciliations, newest first; one without an end was cut short or is under way."""
    rows = in_database(lambda database: running.runs(database, process=None, purpose=None))
    columns = ("id", "source", "file", "mapping", "phase", "rows_read", "rows_refused", "records",
               "agreeing", "open", "process", "started_at", "ended_at")  # fmt: skip
    show(rows, output, columns=columns, empty="Nothing was compared yet.")


@reconcile_group.command("list")
@click.option("--state", type=click.Choice(get_args(State)), default="open", show_default=True)
@click.option("--kind", type=click.Choice(get_args(Kind)), help="Of this kind.")
@click.option("--source", help="Of this source.")
@click.option("--type", "record_type", metavar="TYPE", help="Of records of this type.")
@click.option("--path", metavar="ELEMENT", help="That differ in this element.")
@click.option("--rule", metavar="ID", help="That fail this rule of a pack.")
@click.option("--run", "number", type=click.IntRange(1), help="That this reconciliation found.")
@click.option("--after", default=0, help="Behind this item: where the last page ended.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
@reading_options
@output_option
def list_command(
    state: State, number: int | None, after: int, limit: int, actor: Actor, output: str, **by: Any
) -> None:
    """List what does not agree by id, a page at a time: the worklist.

    \b
    Example:
      cinv capture reconcile list --kind different --path status
    """
    chosen = Chosen(state, run=number, **by)

    async def work() -> list[dict[str, Any]]:
        async with reading(actor, "reconciliation") as reader:
            found = await worklist.find(
                reader.database, chosen, _EVERYONE, after=after, limit=limit
            )
            shown = await seen(reader.database, found, reader.sight)
            await reader.told("reconciliation", _ids(shown), _types(shown))
            return shown

    rows = [
        {**row, "here": _text(row["here"]), "there": _text(row["there"])} for row in run(work())
    ]
    show(rows, output, columns=_ITEMS, empty="No such item is in the worklist.")


@reconcile_group.command("show")
@click.argument("item", type=click.IntRange(1))
@click.option("--history", is_flag=True, help="What was decided of it, by whom and why.")
@reading_options
@output_option
def show_command(item: int, history: bool, actor: Actor, output: str) -> None:
    """Show an item with what both sides say of the record, element by element; or its history.

    \b
    Example:
      cinv capture reconcile show 17
      cinv capture reconcile show 17 --history
    """

    async def work() -> list[dict[str, Any]]:
        async with reading(actor, "reconciliation") as reader:
            row = await worklist.one(reader.database, item, _EVERYONE)
            shown = await seen(reader.database, [row], reader.sight)
            if not shown:
                raise worklist.NoSuchItem(item)
            await reader.told("reconciliation", _ids(shown), _types(shown))
            if history:
                return [dict(each) for each in await worklist.steps(reader.database, item)]
            return await _sides(reader, shown[0])

    rows = run(work())
    columns: tuple[str, ...] = ("record_type", "record_id", "path", "here", "there", "differs")
    if history:
        columns = ("number", "step", "person", "process", "taken_at", "reason")
    show(rows, output, columns=columns, empty="Nothing.")


async def _sides(reader: Reader, item: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what both sides say of the record of an item, by element; of a rule, what fails."""
    if item["kind"] == "inconsistent":
        return [{**item, "here": item["reason"], "there": None, "differs": True}]
    extract = await Extract.of(reader.database, item["run"], person=None)
    return [
        {**each, "here": _text(each["here"]), "there": _text(each["there"])}
        for each in await extract.side_by_side(reader.database, item, reader.sight)
    ]


def _named(mapping: str | None, declared: str | None, actor: Actor) -> tuple[Mapping, Actor]:
    """Return what is compared by, and as whom."""
    if declared is None:
        return read_mapping(mapping or ""), actor
    (process,) = in_database(lambda database: active(database, declared))
    load = process.declared.load
    if load is None:
        raise Invalid(f"{declared} loads nothing: its task is done by people.")
    return load.by(), Actor(load.process, load.purpose, actor.person, actor.source)


def _ids(items: list[dict[str, Any]]) -> list[str]:
    return sorted({item["record_id"] for item in items if item["record_id"]})


def _types(items: list[dict[str, Any]]) -> set[str]:
    return {item["record_type"] for item in items if item["record_type"]}


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else encode(value).decode()


@contextmanager
def _progress(title: str) -> Iterator[Callable[[Progress], None] | None]:
    """Show how far a reconciliation is, on a terminal; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.progress import BarColumn, TextColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    told = TextColumn("{task.fields[phase]}, {task.fields[records]:,} records compared")
    with Bar(TextColumn(title), BarColumn(), told, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=None, phase="staging", records=0)

        def tell(at: Progress) -> None:
            bar.update(task, completed=at.read, total=at.size, phase=at.phase, records=at.records)

        yield tell


def _report(summary: Summary) -> None:
    if summary.is_resumed:
        click.echo("went on where it was cut short", err=True)
    click.echo(
        f"reconciliation {summary.id}: {summary.rows:,} rows read, {summary.refused:,} refused;"
        f" {summary.records:,} records compared, {summary.agreeing:,} agree."
        f" {summary.seconds:.1f} s",
        err=True,
    )
    if summary.unknown:
        click.echo(
            f"the key of {summary.unknown:,} rows cannot be read: records that are missing there"
            " may be theirs",
            err=True,
        )
