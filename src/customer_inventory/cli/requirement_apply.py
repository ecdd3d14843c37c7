"""`cinv req apply` and `retire`: what is approved is put in force, or ended."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from customer_inventory.access.house import accounted, operator
from customer_inventory.access.operation import Operation
from customer_inventory.cli.access_decision import as_option, decided, in_database
from customer_inventory.cli.output import output_option, show
from customer_inventory.requirements import applying, file
from customer_inventory.requirements.applying import Applied
from customer_inventory.requirements.following import follow_indexes
from customer_inventory.requirements.judging import Judgement
from customer_inventory.store.database import Database

KIND = "requirement"
"""The ledger's word for requirements."""
_COLUMNS = (
    "requirement", "type", "path", "looked_at", "failed", "share", "by_source", "by_segment",
    "records",
)  # fmt: skip


@click.command()
@click.argument("identifiers", nargs=-1)
@click.option(
    "-f",
    "--file",
    "places",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="With --dry-run: judge what this file or folder says, not what is approved.",
)
@click.option("--dry-run", is_flag=True, help="Tell which of the records held would fail.")
@as_option
@click.option("--reason", default="", help="Why now.")
@click.option("--no-findings", is_flag=True, help="Leave looking for what falls short to later.")
@output_option
def apply(
    identifiers: Sequence[str],
    places: Sequence[Path],
    dry_run: bool,
    person: str | None,
    reason: str,
    no_findings: bool,
    output: str,
) -> None:
    """Put in force what is approved (those ids, or all that people approved), everywhere at once.

    What is held already stays readable; what of it falls short becomes findings. `--dry-run` tells
    beforehand how many records would fail, from which sources and in which segments.

    \b
    Example:
      cinv req apply --dry-run -f requirements/individual.yaml
    """
    if dry_run:
        drafts = [each.requirement for each in file.read_all(places)] if places else []
        judged = in_database(
            lambda database: applying.dry_run(database, drafts, identifiers, progress=_tell)
        )
        rows = [_row(each) for each in judged]
        show(rows, output, columns=_COLUMNS, empty="Nothing new would be in force.")
        return
    if places:
        raise click.UsageError("Files are judged with --dry-run; `cinv req import` proposes them.")

    async def work(database: Database) -> None:
        by, actor = decided(person, reason), operator()
        applied: Applied = await accounted(
            database,
            lambda within: applying.apply(within, identifiers, by=by, actor=actor),
            Operation.MODIFY, KIND, about=reason or "apply", ids=lambda made: made.requirements,
        )  # fmt: skip
        for identifier in applied.requirements:
            click.echo(f"{identifier}: in force with edition {applied.number}", err=True)
        await _follow(database, no_findings=no_findings)

    in_database(work)


@click.command()
@click.argument("identifier")
@as_option
@click.option("--reason", required=True, help="Why it is needed no more.")
@click.option("--no-findings", is_flag=True, help="Leave closing what fell short of it to later.")
def retire(identifier: str, person: str | None, reason: str, no_findings: bool) -> None:
    """Let a requirement hold no more; its history stays, and its id is not used again.

    Its index is taken away, and findings of what fell short of it are closed.

    \b
    Example:
      cinv req retire REQ-1003 --reason "Nobody asks for it"
    """

    async def work(database: Database) -> None:
        by, actor = decided(person, reason), operator()
        await accounted(
            database,
            lambda within: applying.retire(within, identifier, by=by, actor=actor),
            Operation.MODIFY, KIND, about=f"retire: {reason}", ids=lambda _: [identifier],
        )  # fmt: skip
        click.echo(f"{identifier}: retired", err=True)
        await _follow(database, no_findings=no_findings)

    in_database(work)


async def _follow(database: Database, *, no_findings: bool) -> None:
    """Let indexes and findings follow the edition that is in force now."""
    built, dropped = await follow_indexes(database, progress=_tell_index)
    for name in (*built, *dropped):
        click.echo(f"index {name}: {'built' if name in built else 'taken away'}", err=True)
    if not no_findings:
        found, closed = await applying.find_failing(database, progress=_tell)
        click.echo(f"{found} findings are open, {closed} were closed", err=True)


def _tell_index(name: str, share: float) -> None:
    click.echo(f"index {name}: {share:.0%}", err=True)


def _tell(record_type: str, looked_at: int) -> None:
    click.echo(f"{record_type}: {looked_at:,} records looked at", err=True)


def _row(judged: Judgement) -> dict[str, Any]:
    return {
        "requirement": judged.requirement,
        "type": judged.record_type,
        "path": judged.path,
        "looked_at": judged.looked_at,
        "failed": judged.failed,
        "share": f"{judged.share:.2%}",
        "by_source": dict(judged.by_source.most_common(10)),
        "by_segment": dict(judged.by_segment.most_common(10)),
        "records": judged.named,
    }
