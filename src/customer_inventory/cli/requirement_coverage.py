"""`cinv req coverage`: how far requirements go, and which process has what to do with which."""

from collections.abc import Sequence
from typing import Any

import click

from customer_inventory.cli.access_decision import in_database
from customer_inventory.cli.output import output_option, show
from customer_inventory.record.register.profile import SAMPLE
from customer_inventory.record.types import TYPES
from customer_inventory.requirements.coverage import Cell, Covered
from customer_inventory.requirements.coverage import coverage as covered
from customer_inventory.requirements.coverage import matrix as cells
from customer_inventory.store.database import Database
from customer_inventory.usage.last_read import follow_reads

_COLUMNS = ("type", "declared", "required", "enforced", "held", "filled", "looked_at", "how")
_CELLS = ("id", "type", "path", "process", "asked_for", "granted", "really_used")


@click.command()
@click.option(
    "--type",
    "record_types",
    multiple=True,
    type=click.Choice(sorted(TYPES)),
    metavar="TYPE",
    help="Of this record type. May be given several times.",
)
@click.option(
    "--all",
    "looks_at_all",
    is_flag=True,
    help=f"Count over every record, not over {SAMPLE:,} of a type.",
)
@click.option("--matrix", is_flag=True, help="Tell of each requirement and process.")
@output_option
def coverage(record_types: Sequence[str], looks_at_all: bool, matrix: bool, output: str) -> None:
    """Tell how far requirements go, by record type.

    How many attributes are declared, have a requirement, are in force and are held; and the mean
    share of records that have what is required. With `--matrix`, a row a requirement and process:
    who asked for it or says to use it, for which purposes its group is permitted now, and for which
    it was read (both are known by group of attributes).

    \b
    Example:
      cinv req coverage
      cinv req coverage --matrix --type individual -o csv
    """
    if matrix:
        _show_matrix(record_types, output)
        return
    most = None if looks_at_all else SAMPLE
    found: list[Covered] = in_database(lambda database: covered(database, record_types, most=most))
    show(map(_row, found), output, columns=_COLUMNS, empty="There is no record type.")


def _show_matrix(record_types: Sequence[str], output: str) -> None:
    async def work(database: Database) -> list[Cell]:
        await follow_reads(database)
        return await cells(database, record_types)

    rows = [_cell(each) for each in in_database(work)]
    show(rows, output, columns=_CELLS, empty="No process has to do with any requirement.")


def _row(each: Covered) -> dict[str, Any]:
    return {
        "type": each.record_type,
        "declared": each.declared,
        "required": each.required,
        "enforced": each.enforced,
        "held": each.held,
        "filled": f"{each.filled:.1%}",
        "looked_at": each.looked_at,
        "how": "counted" if each.is_whole else "sampled",
    }


def _cell(each: Cell) -> dict[str, Any]:
    asked = [word for word, is_so in (("asks", each.asks), ("uses", each.uses)) if is_so]
    return {
        "id": each.requirement.id,
        "type": each.requirement.type,
        "path": each.requirement.path,
        "process": each.process,
        "asked_for": ", ".join(asked),
        "granted": ", ".join(each.granted),
        "really_used": ", ".join(each.read),
    }
