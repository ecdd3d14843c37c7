"""`cinv shortcomings`: what is wrong with the repository, proved, and measured again."""

import sys
from dataclasses import asdict
from datetime import date
from typing import Any

import click

from customer_inventory.access.house import operator
from customer_inventory.background.assessing import assessed
from customer_inventory.cli.lazy import LazyGroup, There
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.cli.shortcoming_desk import desk
from customer_inventory.cli.shortcoming_raise import (
    dossier_command,
    raise_command,
    score_command,
)
from customer_inventory.cli.shortcoming_register import register_command
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.settings import Settings
from customer_inventory.shortcomings import deciding, held, impact
from customer_inventory.shortcomings.assessing import Assessment
from customer_inventory.shortcomings.check import level
from customer_inventory.shortcomings.every import EVERY, check_of
from customer_inventory.shortcomings.seeing import seeing_most

_LISTED = (
    "fingerprint", "severity", "state", "check", "object", "value", "unit", "evidence",
    "since",
)  # fmt: skip
_CHECK = ("id", "title", "warn", "critical", "unit", "floor", "floor_unit", "least_days")
_TOLD_APART = ("checked", "figures", "impact")
_STEP = ("at", "state", "value", "reason", "person")


_ELSEWHERE = {
    "advise": There(
        "customer_inventory.cli.shortcoming_advise:advise",
        "Look for indexes that are missing, and prove each before it is advised.",
    ),
    "forecast": There(
        "customer_inventory.cli.shortcoming_forecast:forecast_command",
        "Tell how much there will be, and when room runs out.",
    ),
    "loads": There(
        "customer_inventory.cli.shortcoming_forecast:loads",
        "Loads that planners know of: forecasts count with them.",
    ),
}


@click.group(cls=LazyGroup, there=_ELSEWHERE)
def shortcomings() -> None:
    """Shortcomings: what is wrong with the repository, proved, and measured again."""


for _command in (raise_command, dossier_command, score_command, register_command, desk):
    shortcomings.add_command(_command)


@shortcomings.command("assess")
@output_option
def assess_command(output: str) -> None:
    """Ask every check of the database, and keep what came of it.

    Each is read only, bounded in time, and by itself. One that cannot be asked is skipped with the
    reason. Exit code 1 says that something critical is open.

    \b
    Example:
      cinv shortcomings assess
    """

    async def work() -> tuple[Assessment, list[dict[str, Any]]]:
        settings = Settings.from_environment()
        async with opened(settings) as database:
            done = await assessed(database, settings, actor=operator())
            return done, [_row(row) for row in await held.listed(database)]

    done, rows = run(work())
    show(rows, output, columns=_LISTED, empty="Nothing is open.")
    skipped = [each for each in done.outcomes if each.state == "skipped"]
    click.echo(
        f"{len(done.outcomes)} checks in {done.seconds:.1f} s: {done.count('ok')} ok, "
        f"{done.count('finding')} found something, {len(skipped)} skipped",
        err=True,
    )
    for each in skipped:
        click.echo(f"  {each.check.id} skipped: {each.reason}", err=True)
    sys.exit(any(row["severity"] == "critical" for row in rows))


@shortcomings.command("list")
@click.option("--all", "is_all", is_flag=True, help="Also what is over, snoozed or rejected.")
@output_option
def list_command(is_all: bool, output: str) -> None:
    """List shortcomings, the worst first.

    \b
    Example:
      cinv shortcomings list --all
    """

    async def work() -> list[dict[str, Any]]:
        async with opened(Settings.from_environment()) as database:
            found = await held.listed(database, None if is_all else held.UNDECIDED)
            return [_row(row) for row in found]

    show(run(work()), output, columns=_LISTED, empty="Nothing is open: cinv shortcomings assess.")


@shortcomings.command("show")
@click.argument("fingerprint")
@output_option
def show_command(fingerprint: str, output: str) -> None:
    """Show a shortcoming: figures, risk, what may be done, and what became of it.

    \b
    Example:
      cinv shortcomings show 3f1c9a5b7d2e4f60
    """

    async def work() -> tuple[Any, Any]:
        async with opened(Settings.from_environment()) as database:
            return await held.one(database, fingerprint)

    there, steps = run(work())
    check = check_of(there["checked"])
    if output != "table":
        told = {**_row(there), "figures": there["figures"], "risk": check.risk}
        told["impact"] = there["impact"]
        steps = [dict(step) for step in steps]
        show([{**told, "remedy": check.remedy, "steps": steps}], output, columns=(), empty="")
        return
    click.echo(f"{check.title}: {there['object']}")
    click.echo(f"{there['value']:g} {check.unit}, {there['severity']} from {there['threshold']:g}")
    click.echo(f"evidence: {level(there['evidence'])}, {there['figures'].decode()}")
    meant = impact.read(there["impact"])
    click.echo(f"impact: {meant.text if meant else 'not told yet: cinv shortcomings assess'}")
    click.echo(f"risk: {check.risk}\nremedy: {check.remedy}\n")
    show(steps, output, columns=_STEP, empty="")


@shortcomings.command("snooze")
@click.argument("fingerprint")
@click.option("--until", metavar="DATE", required=True, help="The day on which it is open again.")
@click.option("--reason", required=True, help="Why nothing is done until then.")
def snooze(fingerprint: str, until: str, reason: str) -> None:
    """Leave a shortcoming be until a day.

    \b
    Example:
      cinv shortcomings snooze 3f1c9a5b7d2e4f60 --until 2999-01-31 --reason "disk is ordered"
    """
    _decide(fingerprint, "snoozed", reason, _day(until))


@shortcomings.command("reject")
@click.argument("fingerprint")
@click.option("--reason", required=True, help="Why it is none.")
def reject(fingerprint: str, reason: str) -> None:
    """Say that something is no shortcoming: it counts as wrong on the scoreboard.

    \b
    Example:
      cinv shortcomings reject 3f1c9a5b7d2e4f60 --reason "serves the yearly statement"
    """
    _decide(fingerprint, "rejected", reason, None)


@shortcomings.command("verify")
@click.argument("fingerprint")
@click.option("--reason", required=True, help="What was done.")
def verify(fingerprint: str, reason: str) -> None:
    """Measure again what is said to be mended: closed with the gain, or reopened.

    Exit code 1 says that it is reopened.

    \b
    Example:
      cinv shortcomings verify 3f1c9a5b7d2e4f60 --reason "index built"
    """

    async def work() -> deciding.Verdict:
        settings = Settings.from_environment()
        async with opened(settings) as database, seeing_most(database, settings) as server:
            return await deciding.verify(
                database,
                fingerprint,
                reason=reason,
                actor=operator(),
                on=server,
                settings=settings,
            )

    found = run(work())
    click.echo(f"{'closed' if found.is_gone else 'reopened'}: {found.said}")
    sys.exit(not found.is_gone)


@shortcomings.command("checks")
@output_option
def checks(output: str) -> None:
    """List every check, and from which value on it speaks.

    \b
    Example:
      cinv shortcomings checks
    """
    show([asdict(each) for each in EVERY], output, columns=_CHECK, empty="")


def _decide(fingerprint: str, state: str, reason: str, until: date | None) -> None:
    async def work() -> None:
        async with opened(Settings.from_environment()) as database:
            await deciding.decide(
                database, fingerprint, state, reason=reason, until=until, actor=operator()
            )

    run(work())


def _row(row: Any) -> dict[str, Any]:
    told = {name: value for name, value in dict(row).items() if name not in _TOLD_APART}
    since = f"{row['first_seen']:%Y-%m-%d}"
    return {
        **told,
        "check": row["checked"],
        "since": since,
        "value": round(row["value"], 2),
        "evidence": level(row["evidence"]),
    }


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(
            f"{text!r} is no day.", path="until", hint="Give one as 2026-01-31."
        ) from None
