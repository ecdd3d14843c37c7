"""`cinv audit`: whether what is held is as required."""

from collections.abc import Sequence
from typing import Any, get_args

import click

from customer_inventory.access.house import operator
from customer_inventory.audit import running
from customer_inventory.audit.alerting import alert
from customer_inventory.audit.packs import unreadable
from customer_inventory.audit.rule import Rule
from customer_inventory.audit.running import Outcome, Ran, rules_in_force
from customer_inventory.audit.scanning import Pace
from customer_inventory.audit.scoring import false_alarms
from customer_inventory.background.origins import origins_of
from customer_inventory.cli import audit_finding, audit_score
from customer_inventory.cli.access_decision import in_database
from customer_inventory.cli.audit_campaign import campaign
from customer_inventory.cli.audit_choosing import types_option
from customer_inventory.cli.audit_pack import packs
from customer_inventory.cli.output import output_option, show
from customer_inventory.record.register.asking import On
from customer_inventory.record.register.crossing import plain
from customer_inventory.record.register.judged import SLICE
from customer_inventory.store.database import Database


@click.group()
def audit() -> None:
    """Audit: whether the inventory holds what is required of it."""


for command in (
    audit_finding.findings, audit_finding.finding, audit_finding.assign, audit_finding.accept,
    audit_finding.false_alarm, audit_finding.correct, campaign, packs,
):  # fmt: skip
    audit.add_command(command)
audit.add_command(audit_score.score)
audit.add_command(audit_score.report)
audit.add_command(audit_score.alerts)
audit.add_command(audit_score.accuracy)


@audit.command()
@types_option
@output_option
def rules(record_types: Sequence[str], output: str) -> None:
    """List what is asked: rules of the requirements in force, and of packs between records.

    Those with false alarms may be wrong: they are told with how many. As JSON each says what fails
    it, what that means and what to do.

    \b
    Example:
      cinv audit rules --type product -o json
    """

    async def work(database: Database) -> tuple[list[Rule], dict[str, int]]:
        await _tell_unreadable(database)
        return await rules_in_force(database, record_types), await false_alarms(database)

    asked, alarms = in_database(work)
    rows = [
        {
            "rule": each.id,
            "dimension": each.dimension,
            "aspect": each.aspect,
            "type": each.record_type,
            "path": each.path,
            "severity": each.severity,
            "threshold": each.threshold,
            "false_alarms": alarms.get(each.id, 0),
            "pack": each.pack,
            "name": each.name,
            "means": each.means,
            "do": each.do,
            "fails": plain(each.fails),
            "sha256": each.sha256.hex(),
        }
        for each in asked
    ]
    columns = ("rule", "dimension", "aspect", "type", "path", "severity", "threshold",
               "false_alarms", "pack", "name")  # fmt: skip
    show(rows, output, columns=columns, empty="No requirement is in force.")


@audit.command()
@types_option
@click.option("--full", "is_full", is_flag=True, help="Look at everything, whatever changed.")
@click.option("--share", default=100, show_default=True, type=click.IntRange(1, 100),
              help="Percent of the time in which it works; it rests otherwise.")  # fmt: skip
@click.option("--slice", "size", default=SLICE, show_default=True,
              type=click.IntRange(100, 100_000), help="Records in one statement.")  # fmt: skip
@click.option("--on", default="database", show_default=True, type=click.Choice(get_args(On)),
              help="What is asked when rules are asked of everything.")  # fmt: skip
@output_option
def run(
    record_types: Sequence[str], is_full: bool, share: int, size: int, on: On, output: str
) -> None:
    """Ask every rule of what changed since the last run; what fails becomes findings.

    What was never asked, or says something else now, is asked of everything, in one scan a type. A
    run that was broken off is gone on with. Exit code 1 says that a declared threshold is not met,
    or that a rule could not be asked. `--on duckdb` spares the database: it is read once, slice by
    slice, and an extract of it is asked (extra `matching`).

    \b
    Example:
      cinv audit run --type individual
      cinv audit run --full --on duckdb
    """
    is_unreadable = False

    async def work(database: Database) -> Ran:
        asked = await rules_in_force(database, record_types)
        nonlocal is_unreadable
        is_unreadable = await _tell_unreadable(database)
        ran = await running.audit(
            database,
            asked,
            actor=operator(),
            record_types=record_types,
            is_full=is_full,
            origins=origins_of(database),
            pace=Pace(size=size, share=share / 100),
            progress=_tell,
            on=on,
        )
        await alert(database, await running.asked_in_force(database))
        return ran

    ran: Ran = in_database(work)
    if ran.is_resumed:
        click.echo(f"run {ran.run} had been broken off, and was gone on with", err=True)
    _show(ran.outcomes, output)
    if is_unreadable:
        raise SystemExit(1)


@audit.command()
@click.argument("number", required=False, type=click.IntRange(1))
@click.option("--last", default=20, show_default=True, type=click.IntRange(1, 10_000),
              help="Most runs to show.")  # fmt: skip
@output_option
def runs(number: int | None, last: int, output: str) -> None:
    """List runs, newest first, and how far they are; or what came of the rules of one.

    \b
    Example:
      cinv audit runs 1
    """
    if number is not None:

        async def work(database: Database) -> list[Outcome]:
            await running.one_run(database, number)
            return await running.outcomes(database, number)

        _show(in_database(work), output)
        return
    rows = in_database(lambda database: running.runs(database, limit=last))
    columns = ("id", "state", "is_full", "record_types", "scans", "ended", "looked_at", "opened",
               "reopened", "passed", "person", "began_at", "ended_at")  # fmt: skip
    show(rows, output, columns=columns, empty="No audit has run yet.")


def _show(outcomes: Sequence[Outcome], output: str) -> None:
    columns = ("rule", "type", "looked_at", "population", "failed", "accepted", "score",
               "threshold", "error")  # fmt: skip
    show(map(_row, outcomes), output, columns=columns, empty="No requirement is in force.")
    if any(each.error or each.is_breached for each in outcomes):
        raise SystemExit(1)


async def _tell_unreadable(database: Database) -> bool:
    """Tell of the packs in force of which nothing is asked; return whether there are any."""
    found = await unreadable(database)
    for each in found:
        click.echo(
            f"pack {each.pack}, version {each.version}, is not asked: {each.reason}", err=True
        )
    return bool(found)


def _tell(record_type: str, looked_at: int) -> None:
    click.echo(f"{record_type}: {looked_at:,} records looked at", err=True)


def _row(each: Outcome) -> dict[str, Any]:
    return {
        "rule": each.rule,
        "type": each.record_type,
        "dimension": each.dimension,
        "looked_at": each.looked_at,
        "population": each.population,
        "failed": each.failed,
        "accepted": each.accepted,
        "score": None if each.score is None else f"{each.score:.2%}",
        "threshold": each.threshold,
        "error": each.error,
    }
