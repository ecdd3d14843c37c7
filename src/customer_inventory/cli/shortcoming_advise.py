"""`cinv shortcomings advise`: indexes that the workload lacks, proved before they are advised."""

import sys
from typing import Any

import click
import msgspec

from customer_inventory.access.house import operator
from customer_inventory.background.advising import advised
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.settings import Settings
from customer_inventory.shortcomings.check import Found, Outcome, level

_COLUMNS = ("index", "saves_percent", "evidence", "megabytes", "writes_cost_more", "helps")


def _tell(said: str) -> None:
    click.echo(f"{said} …", err=True)


@click.command("advise")
@click.option("--copy", "on_copy", is_flag=True, help="On a restored copy, also where hypopg is.")
@output_option
def advise(on_copy: bool, output: str) -> None:
    """Look for indexes that are missing, and prove each before it is advised.

    Slow and frequent statements are planned as if the index were there, where the server has the
    extension hypopg. Elsewhere the last backup is restored aside: the index is built, statements
    are timed and writes are measured on the copy, and it is thrown away. Nothing is said of
    statistics of less than a week. What is found is a shortcoming (IDX01).

    \b
    Example:
      cinv shortcomings advise
    """
    settings = Settings.from_environment()

    async def work() -> Outcome:
        async with opened(settings) as database:
            return await advised(database, settings, on_copy=on_copy, tell=_tell, actor=operator())

    outcome = run(work())
    show(map(_row, outcome.found), output, columns=_COLUMNS, empty="No index is advised.")
    if outcome.reason is not None:
        click.echo(f"skipped: {outcome.reason}", err=True)
    sys.exit(0)


def _row(found: Found) -> dict[str, Any]:
    figures = found.figures
    size = figures.get("bytes", figures.get("bytes at most", 0))
    more = figures.get("writes cost more %")
    return {
        "index": found.object,
        "saves_percent": found.value,
        "evidence": level(found.evidence or ""),
        "megabytes": round(size / 1e6, 1),
        "writes_cost_more": None if more is None else f"{more:g} %",
        "helps": ", ".join(each["statement"] for each in figures["statements"]),
        "figures": msgspec.to_builtins(dict(figures)),
    }
