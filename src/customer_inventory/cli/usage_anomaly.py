"""`cinv usage anomalies`, `anomaly show`, `decide` …: what was found out of habit, and decided."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from customer_inventory.access.house import accounted, operator
from customer_inventory.access.log.house import sealer_of
from customer_inventory.access.operation import Operation
from customer_inventory.cli.access_decision import in_database
from customer_inventory.cli.declared_file import put_in_force, text_of
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.cli.usage_span import instant
from customer_inventory.kit.settings import Settings
from customer_inventory.usage.anomaly import declaring, held
from customer_inventory.usage.anomaly.deciding import Verdict, decide
from customer_inventory.usage.anomaly.declared import SEVERITIES, bounds_of, read, shipped
from customer_inventory.usage.anomaly.held import STATES, UNDECIDED, Chosen
from customer_inventory.usage.anomaly.job import look_for_anomalies
from customer_inventory.usage.anomaly.looking import Looked
from customer_inventory.usage.anomaly.threshold import told

_ENTRY, _THRESHOLD = "usageAnomaly", "usageThreshold"
"""The ledger's words for anomalies, and for what they are found by."""

_COLUMNS = (
    "id", "state", "severity", "kind", "process", "about", "observed", "began_at", "ended_at",
    "what", "reason",
)  # fmt: skip
_ENTRIES = (
    "place", "at", "purpose", "operation", "record_type", "record_count", "status", "decision",
    "rule",
)  # fmt: skip
_STEPS = ("number", "state", "person", "process", "taken_at", "reason")


@click.command("anomalies")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([*STATES, "all"]),
    help="In this state; may be repeated.  [default: those that wait for a decision]",
)
@click.option("--kind", type=click.Choice(list(shipped().kinds)), help="Of this kind.")
@click.option("--process", help="At this process.")
@click.option("--severity", type=click.Choice(SEVERITIES), help="So severe.")
@click.option("--since", help="Not over before this date or date-time.")
@click.option("--last", default=100, show_default=True, type=click.IntRange(1, 100_000),
              help="Most to show.")  # fmt: skip
@output_option
def anomalies_command(
    states: tuple[Any, ...],
    kind: str | None,
    process: str | None,
    severity: str | None,
    since: str | None,
    last: int,
    output: str,
) -> None:
    """List what processes did out of their habit, the latest first.

    \b
    Example:
      cinv usage anomalies --severity high
      cinv usage anomalies --state all --since 2026-01-01 -o csv
    """
    wanted = None if "all" in states else states or UNDECIDED
    chosen = Chosen(wanted, kind, process, severity, instant(since))
    rows = in_database(
        lambda database: accounted(
            database,
            lambda within: held.anomalies(within, chosen, limit=last),
            Operation.READ,
            _ENTRY,
            about=None,
        )
    )
    show(rows, output, columns=_COLUMNS, empty="There is no such anomaly.")


@click.group()
def anomaly() -> None:
    """Anomalies: one of them, decisions, thresholds."""


@anomaly.command("show")
@click.argument("number", type=click.IntRange(1))
@output_option
def show_command(number: int, output: str) -> None:
    """Show an anomaly: what was usual, what was seen, its entries in the ledger, what became of it.

    Entries are told by their place in the ledger, without whom they are about.

    \b
    Example:
      cinv usage anomaly show 17
    """
    row = in_database(
        lambda database: accounted(
            database,
            lambda within: held.anomaly(within, number),
            Operation.READ,
            _ENTRY,
            about=str(number),
        )
    )
    if output != "table":
        show([row], output, columns=_COLUMNS, empty="")
        return
    show(_lines(row), output, columns=("name", "value"), empty="")
    show(row["entries"], output, columns=_ENTRIES, empty="Its entries were retired.")
    show(row["step"], output, columns=_STEPS, empty="Nobody decided anything of it.")


@anomaly.command("decide")
@click.argument("number", type=click.IntRange(1))
@click.argument("state", type=click.Choice(STATES))
@click.option("--reason", help="Why; mandatory unless it is open or only looked into.")
def decide_command(number: int, state: Any, reason: str | None) -> None:
    """Decide what an anomaly is: lookedInto, confirmed, explained or falseAlarm; or open it again.

    What is confirmed is none of the habit of its process any more; what is explained, or a false
    alarm, is usual from then on.

    \b
    Example:
      cinv usage anomaly decide 17 explained --reason "The yearly run, as every January."
    """
    verdict = Verdict(state, reason)
    in_database(
        lambda database: accounted(
            database,
            lambda within: decide(within, number, verdict, actor=operator()),
            Operation.MODIFY,
            _ENTRY,
            about=f"{number} {state}",
        )
    )
    click.echo(f"Anomaly {number} is {state}.", err=True)


@anomaly.command("look")
@output_option
def look_command(output: str) -> None:
    """Look for anomalies now, in all that came since the last time.

    The service does it by itself, every hour.

    \b
    Example:
      cinv usage anomaly look
    """
    settings = Settings.from_environment()

    async def work() -> Looked:
        async with opened(settings) as database:
            await sealer_of(database, settings).seal_all()
            return await accounted(
                database, look_for_anomalies, Operation.MODIFY, _ENTRY, about="look"
            )

    done = run(work())
    row = {"entries": done.entries, "hours": done.hours, "found": done.found}
    show([row], output, columns=tuple(row), empty="")


@anomaly.command("thresholds")
@output_option
def thresholds_command(output: str) -> None:
    """List from when on something is an anomaly, by kind, and what processes have of their own.

    \b
    Example:
      cinv usage anomaly thresholds
    """
    there = in_database(
        lambda database: accounted(
            database, declaring.in_force, Operation.READ, _THRESHOLD, about=None
        )
    )
    names = sorted(set().union(*map(bounds_of, shipped().kinds)) - {"severity"})
    columns = ("kind", "process", "severity", *names, "is_off", "reason")
    show(told(there.declared), output, columns=columns, empty="")
    said = f"declaration {there.number} of {_date(there.since)}" if there.number else "as shipped"
    click.echo(f"habit: {there.declared.weeks} weeks; {said}", err=True)


@anomaly.command("declare")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--reason", required=True, help="Why: kept with it.")
@click.option("--dry-run", is_flag=True, help="Look for errors; change nothing.")
def declare_command(file: Path, reason: str, dry_run: bool) -> None:
    """Let FILE say which thresholds are not as they ship, for all processes or for one.

    It says all that differs: what an earlier file said and this one does not, is as it ships again.

    \b
    Example:
      cinv usage anomaly declare thresholds.yaml --reason "the yearly run is no anomaly"
    """
    text = text_of(file)
    if dry_run:
        read(text)
        click.echo("No error.", err=True)
        return
    put_in_force(declaring.declare, text, _THRESHOLD, reason=reason)


def _lines(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what an anomaly says, a line each; what was usual in lines of its own."""
    evidence = row["evidence"]
    told = {name: row[name] for name in _COLUMNS if row[name] not in (None, "")}
    told |= {f"usual: {name}": value for name, value in evidence["baseline"].items()}
    told |= {"entries": evidence["of"], "people named": evidence["people"]}
    return [{"name": name, "value": value} for name, value in told.items()]


def _date(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at else ""
