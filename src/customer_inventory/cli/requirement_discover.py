"""`cinv req discover` and `gaps`: what is not required yet, and what is not as required."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from customer_inventory.cli.access_decision import in_database
from customer_inventory.cli.output import output_option, show
from customer_inventory.record.register.profile import SAMPLE
from customer_inventory.record.types import TYPES
from customer_inventory.requirements.discovering import Discovered
from customer_inventory.requirements.discovering import discover as discovered
from customer_inventory.requirements.file import written
from customer_inventory.requirements.gaps import Gap
from customer_inventory.requirements.gaps import gaps as found_gaps
from customer_inventory.store.database import Database
from customer_inventory.usage.last_read import follow_reads

_types = click.option(
    "--type",
    "record_types",
    multiple=True,
    type=click.Choice(sorted(TYPES)),
    metavar="TYPE",
    help="Of this record type. May be given several times.",
)
_all = click.option(
    "--all",
    "looks_at_all",
    is_flag=True,
    help=f"Look at every record, not at {SAMPLE:,} of a type.",
)


@click.command()
@_types
@_all
@click.option(
    "--write",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the proposals as files into this folder.",
)
@output_option
def discover(
    record_types: Sequence[str], looks_at_all: bool, folder: Path | None, output: str
) -> None:
    """Propose requirements from what arrives, what is held, and what was asked for and not given.

    Examples show the form of values, never a value. Nothing enters the register: name and define
    what you want to keep, and import it.

    \b
    Example:
      cinv req discover --type individual --write proposals/
    """
    most = None if looks_at_all else SAMPLE
    found: list[Discovered] = in_database(
        lambda database: discovered(database, record_types, most=most)
    )
    if folder is not None:
        _write(found, folder)
    columns = ("why", "id", "type", "path", "seen", "share", "data", "processes", "examples")
    show(map(_row, found), output, columns=columns, empty="Nothing is met that is not required.")


@click.command()
@_types
@_all
@click.option(
    "--unread-days", default=90, show_default=True, help="Not read for so long counts as never."
)
@output_option
def gaps(record_types: Sequence[str], looks_at_all: bool, unread_days: int, output: str) -> None:
    """Tell where what is required and what is so differ.

    Required and empty; held and not required; held and never read; read and not declared for it.
    """

    async def work(database: Database) -> list[Gap]:
        await follow_reads(database)
        return await found_gaps(
            database,
            record_types,
            unread_for=timedelta(days=unread_days),
            most=None if looks_at_all else SAMPLE,
        )

    rows = [
        {
            "gap": each.kind,
            "type": each.record_type,
            "path": each.path,
            "requirement": each.requirement,
            "share": f"{each.share:.1%}",
            "evidence": each.evidence,
        }
        for each in in_database(work)
    ]
    columns = ("gap", "type", "path", "requirement", "share", "evidence")
    show(rows, output, columns=columns, empty="There is no gap.")


def _write(found: Sequence[Discovered], folder: Path) -> None:
    by_type = defaultdict(list)
    for each in found:
        by_type[each.requirement.type].append(each.requirement)
    folder.mkdir(parents=True, exist_ok=True)
    for record_type, requirements in by_type.items():
        file = folder / f"{record_type}.yaml"
        if file.exists():
            raise click.UsageError(f"{file} is there already.")
        file.write_text(written(record_type, requirements), "utf-8")
        click.echo(f"{file}: {len(requirements)} proposals", err=True)


def _row(each: Discovered) -> dict[str, Any]:
    return {
        "why": each.why,
        "id": each.requirement.id,
        "type": each.requirement.type,
        "path": each.requirement.path,
        "seen": each.seen,
        "share": f"{each.share:.1%}",
        "data": each.requirement.data.schema,
        "processes": list(each.processes),
        "examples": list(each.examples),
    }
