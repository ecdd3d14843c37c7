"""`cinv usage meter`: count the ledger and look at the database's own figures, now."""

from typing import Any

import click

from customer_inventory.access.house import accounted
from customer_inventory.access.log.house import sealer_of
from customer_inventory.access.operation import Operation
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.cli.usage_span import instant
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Database
from customer_inventory.usage.metering.hourly import Metered, recount
from customer_inventory.usage.metering.job import look_at_storage, measure, meter_ledger

_ENTRY = "usageMeter"
"""The ledger's word for the meter."""


@click.command("meter")
@click.option("--rebuild", is_flag=True, help="Count anew what was counted before, too.")
@click.option("--since", help="With --rebuild: from the hour of this date or date-time on.")
@output_option
def meter_command(rebuild: bool, since: str | None, output: str) -> None:
    """Count what the ledger has that was not counted, and look at storage and statements.

    The service does it by itself. Every entry counts once, in the hour that it tells of, whenever
    it comes. Months that are closed, or whose entries were retired, are not counted anew.

    \b
    Example:
      cinv usage meter
      cinv usage meter --rebuild --since 2026-01-01
    """
    if since and not rebuild:
        raise Invalid("is for counting anew.", path="since", hint="Add --rebuild.")
    settings = Settings.from_environment()
    start = instant(since)

    async def counting(database: Database) -> Metered:
        done = await meter_ledger(database)
        return await recount(database, start) if rebuild else done

    async def work() -> dict[str, Any]:
        async with opened(settings) as database:
            await sealer_of(database, settings).seal_all()
            about = f"rebuild since {since or 'the beginning'}" if rebuild else "meter"
            done = await accounted(database, counting, Operation.MODIFY, _ENTRY, about=about)
            tables = await look_at_storage(database)
            has_statements = await measure(database)
        return {
            "entries": done.entries,
            "sums": done.sums,
            "late": done.late,
            "missed": done.missed,
            "place": done.place,
            "tables": tables,
            "statements": "looked at" if has_statements else "not kept by this server",
        }

    row = run(work())
    show([row], output, columns=tuple(row), empty="")
