"""`cinv customer history` and `diff`: what became of a record, and what differs since."""

from datetime import datetime
from typing import Any

import click
import msgspec

from customer_inventory.cli.output import Command, output_option, show
from customer_inventory.cli.reading import reading, reading_options
from customer_inventory.cli.running import run
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now, parse_instant
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.time.difference import Traced
from customer_inventory.record.types import TYPES, named

type_option = click.option(
    "--type",
    "record_type",
    default="customer",
    show_default=True,
    type=click.Choice(list(TYPES)),
    help="Record type of the id.",
)


class Instant(click.ParamType):  # type: ignore[type-arg]  # the stubs differ by version
    """A date or date-time (ISO 8601); without offset it is UTC."""

    name = "instant"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the instant that `value` names; fail for none."""
        instant = value if isinstance(value, datetime) else parse_instant(value)
        if instant is None:
            self.fail("write it as 2026-01-31T12:00:00Z or 2026-01-31", param, ctx)
        return instant


def moment_options(command: Command) -> Command:
    """Add `--as-of` and `--known-at` to a command."""
    as_of = click.option("--as-of", type=Instant(), help="What held in the business then.")
    known_at = click.option("--known-at", type=Instant(), help="What the inventory held then.")
    return as_of(known_at(command))


@click.command()
@click.argument("identifier", metavar="ID")
@type_option
@click.option(
    "--limit",
    default=100,
    show_default=True,
    type=click.IntRange(1, 10_000),
    help="Most versions to show.",
)
@reading_options
@output_option
def history(identifier: str, record_type: str, limit: int, actor: Actor, output: str) -> None:
    """Show the versions of a record, newest first: when, by which process, for what purpose.

    \b
    Example:
      cinv customer history qa06h0q9x2mrs6kz4c8v1tdw3e
    """
    declared = named(record_type)

    async def work() -> None:
        async with reading(actor, record_type, [identifier]) as reader:
            reader.demand(record_type)
            versions = await Inventory(reader.database).versions(
                declared, identifier, limit=limit, sight=reader.sight
            )
            await reader.told(record_type, [identifier], [record_type])
        columns = (
            "revision",
            "operation",
            "recorded_from",
            "recorded_to",
            "process",
            "person",
            "purpose",
            "merged_into",
        )
        rows = [
            {name: getattr(version, name) for name in (*columns, "body")} for version in versions
        ]
        show(rows, output, columns=columns, empty="")

    run(work())


@click.command()
@click.argument("identifier", metavar="ID")
@type_option
@click.option("--from", "start", required=True, type=Instant(), help="The earlier instant.")
@click.option("--to", "end", type=Instant(), help="The later instant.  [default: now]")
@reading_options
@output_option
def diff(
    identifier: str,
    record_type: str,
    start: datetime,
    end: datetime | None,
    actor: Actor,
    output: str,
) -> None:
    """Show what differs in a record between two instants: each attribute, who changed it and why.

    \b
    Example:
      cinv customer diff qa06h0q9x2mrs6kz4c8v1tdw3e --from 2026-01-01 --to 2026-02-01
    """
    declared = named(record_type)

    async def work() -> None:
        async with reading(actor, record_type, [identifier]) as reader:
            reader.demand(record_type)
            found = await Inventory(reader.database).compared(
                declared, identifier, start, end or now(), sight=reader.sight
            )
            await reader.told(record_type, [identifier], [record_type])
        columns = ("path", "before", "after", "process", "person", "purpose", "recorded_from")
        show(
            [_row(each, as_text=output in ("table", "csv")) for each in found],
            output,
            columns=columns,
            empty="Nothing differs.",
        )

    run(work())


def _row(found: Traced, *, as_text: bool) -> dict[str, Any]:
    path, before, after = found.difference
    by = found.by
    return {
        "path": path,
        "before": _text(before) if as_text else before,
        "after": _text(after) if as_text else after,
        "revision": by.revision,
        "recorded_from": by.recorded_from,
        "process": by.process,
        "person": by.person,
        "purpose": by.purpose,
    }


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else msgspec.json.encode(value).decode()
