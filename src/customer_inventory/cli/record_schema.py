"""`cinv record schema`: the schemas registered for extensions of record types."""

from dataclasses import asdict
from pathlib import Path

import click
import msgspec

from customer_inventory.access.house import operator
from customer_inventory.access.operation import Operation
from customer_inventory.cli.access_decision import changed
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.settings import Settings
from customer_inventory.record.document import parse
from customer_inventory.record.extension import registry
from customer_inventory.record.extension.registry import Extension
from customer_inventory.record.extension.schema import LARGEST
from customer_inventory.store.database import Database

_ENTRY = "schemaExtension"
_COLUMNS = ("id", "record_type", "entity", "base", "location", "registered_at", "process")


@click.group()
def schema() -> None:
    """Schemas of extensions: documents of their @type or @schemaLocation are checked by them."""


@schema.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--schema", "text", metavar="JSON", help="The schema itself, instead of a file.")
@click.option("--record-type", required=True, help="The record type whose documents it is for.")
@click.option("--location", metavar="URI", help="The @schemaLocation it is registered under.")
@click.option("--type", "entity", help="The @type of the documents or parts it is for.")
@click.option("--base-type", help="Their @baseType, if it matters.")
@output_option
def register(
    file: Path | None,
    text: str | None,
    record_type: str,
    location: str | None,
    entity: str | None,
    base_type: str | None,
    output: str,
) -> None:
    """Register a JSON Schema (2020-12), from a file or as it stands.

    It takes the place of one of the same location or type. Nothing is ever fetched: the schema
    must be complete in itself.

    \b
    Example:
      cinv record schema register --record-type individual --type VipIndividual \
          --schema '{"required": ["loyaltyLevel"]}'
    """
    given = parse(_content(file, text))

    async def work(database: Database) -> Extension:
        return await registry.register(
            database,
            record_type,
            given,
            location=location,
            entity=entity,
            base=base_type,
            actor=operator(),
        )

    made = changed(work, Operation.MODIFY, _ENTRY, about=f"schema of {record_type}")
    show([asdict(made)], output, columns=_COLUMNS, empty="")


@schema.command("list")
@output_option
def list_command(output: str) -> None:
    """List the schemas that count, in the order of registration."""

    async def work() -> list[Extension]:
        async with opened(Settings.from_environment()) as database:
            return await registry.registered(database)

    rows = [asdict(each) for each in run(work())]
    show(rows, output, columns=_COLUMNS, empty="No schema is registered.")


@schema.command("show")
@click.argument("identifier", metavar="ID")
def show_command(identifier: str) -> None:
    """Print a registered schema as JSON.

    \b
    Example:
      cinv record schema show qa06h0q9x2mrs6kz4c8v1tdw3e
    """

    async def work() -> Extension:
        async with opened(Settings.from_environment()) as database:
            return await registry.one(database, identifier)

    click.echo(msgspec.json.format(run(work()).schema, indent=2))


@schema.command()
@click.argument("identifier", metavar="ID")
def remove(identifier: str) -> None:
    """End a registered schema: what it was for is accepted as it is.

    \b
    Example:
      cinv record schema remove qa06h0q9x2mrs6kz4c8v1tdw3e
    """

    async def work(database: Database) -> None:
        await registry.remove(database, identifier, actor=operator())

    changed(work, Operation.MODIFY, _ENTRY, about=identifier)
    click.echo("ended", err=True)


def _content(file: Path | None, text: str | None) -> bytes:
    if (file is None) == (text is None):
        raise Invalid("Give a file, or the schema itself by --schema.")
    if file is None:
        return (text or "").encode()
    try:
        if file.stat().st_size > 2 * LARGEST:
            raise Invalid(f"{file} is larger than a schema may be.")
        return file.read_bytes()
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}.") from None
