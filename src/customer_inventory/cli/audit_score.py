"""`cinv audit score` and `report`: how good what is held is."""

from pathlib import Path
from typing import Any

import click

from customer_inventory.audit import alerting, scoring
from customer_inventory.audit.accuracy import Measured, measured
from customer_inventory.audit.alerting import STATES
from customer_inventory.audit.report.page import page
from customer_inventory.audit.running import asked_in_force
from customer_inventory.audit.scoring import BY, Score
from customer_inventory.cli.access_decision import in_database
from customer_inventory.cli.output import output_option, show
from customer_inventory.store.database import Database

_NOT_MEASURED = (
    "Accuracy is not measured: compare with a source (cinv capture reconcile) or a sample with the"
    " world (cinv audit campaign)."
)


@click.command()
@click.option("--by", type=click.Choice(BY), default="dimension", show_default=True,
              help="What is told apart.")  # fmt: skip
@click.option("--over-time", is_flag=True, help="After each of the last audits.")
@output_option
def score(by: Any, over_time: bool, output: str) -> None:
    """Show how much of what is asked holds, as it was last asked.

    By segment, process, source and capture process it is counted when everything of a type is
    looked at. Exit code 1 says that a declared threshold is not met.

    \b
    Example:
      cinv audit score --by type
      cinv audit score --by source --over-time
    """

    async def work(database: Database) -> tuple[list[dict[str, Any]], bool]:
        rules = await asked_in_force(database)
        breached = any(e.is_breached for e in await scoring.scores(database, "rule", rules=rules))
        if not over_time:
            found = await scoring.scores(database, by, rules=rules)
            return [_row(each) for each in found], breached
        history = await scoring.over_time(database, by)
        return [
            {"run": run, "at": at, **_row(each)}
            for (run, at), found in history.items()
            for each in found
        ], breached

    rows, is_breached = in_database(work)
    first = ("run", "at") if over_time else ()
    columns = (*first, "name", "score", "population", "failed", "threshold")
    show(rows, output, columns=columns, empty="Nothing has been asked yet: cinv audit run.")
    if is_breached:
        raise SystemExit(1)


@click.command()
@click.option("--html", "file", required=True, type=click.Path(dir_okay=False, path_type=Path),
              help="Write the page there.")  # fmt: skip
def report(file: Path) -> None:
    """Write the quality report: a page for owners of data, to read or to print.

    It has counts and shares alone, nothing of any customer.

    \b
    Example:
      cinv audit report --html quality.html
    """

    async def work(database: Database) -> str:
        return await page(database, await asked_in_force(database))

    file.write_text(in_database(work), "utf-8")
    click.echo(f"{file} is written", err=True)


@click.command()
@click.option("--state", type=click.Choice(STATES), help="In this state alone.")
@click.option("--last", default=100, show_default=True, type=click.IntRange(1, 10_000),
              help="Most alerts to show.")  # fmt: skip
@output_option
def alerts(state: Any, last: int, output: str) -> None:
    """List thresholds that are not met, from when they were seen so until they are met.

    Who listens is told of each once when it is raised, and once when it is cleared. Exit code 1
    says that one is raised.

    \b
    Example:
      cinv audit alerts --state raised
    """
    rows = in_database(lambda database: alerting.alerts(database, state=state, limit=last))
    shown = [{"alert": row["id"], **alerting.told(row)} for row in rows]
    columns = ("alert", "state", "rule", "score", "threshold", "failed", "population", "raisedAt",
               "lastSeenAt", "clearedAt", "name")  # fmt: skip
    show(shown, output, columns=columns, empty="There is no such alert.")
    if any(each["state"] == "raised" for each in shown):
        raise SystemExit(1)


@click.command()
@output_option
def accuracy(output: str) -> None:
    """Show whether what is held is as it is in the world, from where that is known.

    By reconciliations it is known of the elements of requirements in force, by campaigns that are
    closed of a sample: then low and high say between what the share that differs lies in the whole.

    \b
    Example:
      cinv audit accuracy
    """

    async def work(database: Database) -> list[Measured]:
        return await measured(database, await asked_in_force(database))

    rows = [
        {
            "how": each.how,
            "of": each.of,
            "type": each.record_type,
            "elements": each.elements,
            "at": each.at,
            "looked_at": each.looked_at,
            "differ": each.differ,
            "score": None if each.score is None else f"{each.score:.2%}",
            "low": each.low,
            "high": each.high,
        }
        for each in in_database(work)
    ]
    columns = ("how", "of", "type", "elements", "at", "looked_at", "differ", "score", "low", "high")
    show(rows, output, columns=columns, empty=_NOT_MEASURED)


def _row(each: Score) -> dict[str, Any]:
    return {
        "name": each.name,
        "score": _share(each),
        "population": each.population,
        "failed": each.failed,
        "threshold": each.threshold,
    }


def _share(each: Score) -> str | None:
    if not each.is_measured:
        return "not measured"
    return None if each.score is None else f"{each.score:.2%}"
