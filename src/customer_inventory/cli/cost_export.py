"""`cinv cost export`: a closed month as a file of FOCUS rows."""

from pathlib import Path
from typing import get_args

import click

from customer_inventory.access.house import accounted
from customer_inventory.access.operation import Operation
from customer_inventory.cli.access_decision import in_database
from customer_inventory.cli.usage_span import month as month_of
from customer_inventory.kit.errors import Invalid, Unavailable
from customer_inventory.store.database import Database
from customer_inventory.usage.cost.closing import closed
from customer_inventory.usage.cost.focus import Version, What, columns, rows
from customer_inventory.usage.cost.focus_file import as_csv, as_parquet
from customer_inventory.usage.cost.statement import Statement

_WRITERS = {".csv": as_csv, ".parquet": as_parquet}


@click.command("export")
@click.argument("month")
@click.option("--to", "file", required=True, type=click.Path(dir_okay=False, path_type=Path),
              help="The file: .csv or .parquet.")  # fmt: skip
@click.option("--focus", "version", type=click.Choice(get_args(Version)), default="1.4",
              show_default=True, help="Version of FOCUS.")  # fmt: skip
@click.option("--what", type=click.Choice(get_args(What)), default="allocated", show_default=True,
              help="Parts of pools, or charges by the rate card.")  # fmt: skip
def export_command(month: str, file: Path, version: Version, what: What) -> None:
    """Write closed MONTH, with its corrections, as a file of FOCUS rows.

    FOCUS is the FinOps Open Cost and Usage Specification. The rows of what was allocated sum to the
    pools of the month.

    \b
    Example:
      cinv cost export 2026-01 --to cost.csv
    """
    which = month_of(month)
    write = _WRITERS.get(file.suffix)
    if write is None:
        raise Invalid(f"{file} is neither .csv nor .parquet.", path="to")

    async def work(database: Database) -> list[Statement]:
        return await closed(database, which)

    found = in_database(
        lambda database: accounted(
            database, work, Operation.READ, "costStatement", about=f"{which} as FOCUS {version}"
        )
    )
    written = list(rows(found, version, what))
    content = write(columns(version, what), written)
    try:
        file.write_bytes(content)
    except OSError as error:
        raise Unavailable(f"{file} cannot be written: {error.strerror}.") from error
    click.echo(f"{file}: {len(written)} rows of FOCUS {version}.", err=True)
