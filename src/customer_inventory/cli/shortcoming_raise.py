"""`cinv shortcomings raise`, `dossier`, `score`: handed over with proof, and what came of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import click

from customer_inventory.access.house import operator
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.errors import Invalid, Unavailable
from customer_inventory.kit.settings import Settings
from customer_inventory.shortcomings import held
from customer_inventory.shortcomings.handover import raising
from customer_inventory.shortcomings.handover.measuring import place_of
from customer_inventory.shortcomings.handover.option import share_gained
from customer_inventory.shortcomings.handover.raising import Raised

_RAISED = ("fingerprint", "ticket", "place", "is_new")
_SCORED = ("check", "object", "before", "promised", "now", "unit", "promised_gain",
           "achieved_gain", "false_fixes", "verdict")  # fmt: skip


@click.command("raise")
@click.argument("fingerprints", nargs=-1, metavar="FINGERPRINT...")
@click.option(
    "--severity",
    type=click.Choice(("warning", "critical")),
    help="Everything that is open and at least so severe.",
)
@output_option
def raise_command(
    fingerprints: tuple[str, ...], severity: Literal["warning", "critical"] | None, output: str
) -> None:
    """Hand shortcomings over to whoever mends them, each as a ticket with its dossier.

    Tickets go to the TMF621 desk of CINV_TICKET_URL, or to our own (cinv shortcomings desk). What
    is raised already keeps its ticket.

    \b
    Example:
      cinv shortcomings raise 3f1c9a5b7d2e4f60
      cinv shortcomings raise --severity critical
    """
    if bool(fingerprints) == (severity is not None):
        raise Invalid("Which ones?", hint="Name fingerprints, or give --severity.")
    settings = Settings.from_environment()
    place, actor = place_of(settings), operator()

    async def work() -> Sequence[Raised]:
        async with opened(settings) as database:
            if severity is not None:
                return await raising.raise_all(database, severity, place=place, actor=actor)
            return [
                await raising.raise_one(database, each, place=place, actor=actor)
                for each in fingerprints
            ]

    rows = [
        {"fingerprint": each.fingerprint, "ticket": each.ticket, "place": each.place,
         "is_new": each.is_new}
        for each in run(work())
    ]  # fmt: skip
    show(rows, output, columns=_RAISED, empty="Nothing of that is open.")


@click.command("dossier")
@click.argument("fingerprint")
@click.option(
    "--to",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it into a file: .md or .json.",
)
def dossier_command(fingerprint: str, file: Path | None) -> None:
    """Show the dossier of a shortcoming: options with gain and cost, risk, proof, acceptance.

    \b
    Example:
      cinv shortcomings dossier 3f1c9a5b7d2e4f60 --to dossier.md
    """
    if file is not None and file.suffix not in (".md", ".json"):
        raise Invalid(f"{file} is neither .md nor .json.", path="to")

    async def work() -> Any:
        async with opened(Settings.from_environment()) as database:
            return await raising.dossier_of(database, fingerprint)

    made = run(work())
    if file is None:
        click.echo(made.as_markdown(), nl=False)
        return
    content = made.as_json() if file.suffix == ".json" else made.as_markdown().encode()
    try:
        file.write_bytes(content)
    except OSError as error:
        raise Unavailable(f"{file} cannot be written: {error.strerror}.") from error


@click.command("score")
@click.option("--each", "is_each", is_flag=True, help="One by one: promised and achieved gain.")
@output_option
def score_command(is_each: bool, output: str) -> None:
    """Tell how many shortcomings were found, handed over, mended, wrong, or back.

    `promised` and `achieved` are means of the share of its value that a fix was said to gain, and
    was measured to have gained.

    \b
    Example:
      cinv shortcomings score
      cinv shortcomings score --each
    """

    async def work() -> list[dict[str, Any]]:
        async with opened(Settings.from_environment()) as database:
            if is_each:
                return [_scored(row) for row in await held.scores(database)]
            return [await held.scoreboard(database)]

    found = run(work())
    columns = _SCORED if is_each else tuple(found[0])
    show(found, output, columns=columns, empty="Nothing was mended or rejected yet.")


def _scored(row: Any) -> dict[str, Any]:
    before, verified = row["before_value"], row["verified_at"]
    verdict = "wrong" if row["is_wrong"] else "mended" if verified else "not mended"
    is_mended = verdict == "mended"
    return {
        "fingerprint": row["fingerprint"],
        "check": row["checked"],
        "object": row["object"],
        "unit": row["unit"],
        "before": before,
        "promised": row["promised_value"],
        "now": row["last_value"],
        "promised_gain": _share(before, row["promised_value"]) if is_mended else None,
        "achieved_gain": _share(before, row["last_value"]) if is_mended else None,
        "false_fixes": row["false_fixes"],
        "verdict": verdict,
    }


def _share(before: float | None, after: float | None) -> float | None:
    share = share_gained(before, after)
    return None if share is None else round(share, 4)
