"""`cinv attachment`: files of records."""

import mimetypes
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path

import click

from customer_inventory.access.house import accounted, operator, operator_sight
from customer_inventory.access.operation import Operation
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.reading import reading, reading_options
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import NotFound
from customer_inventory.kit.settings import Settings
from customer_inventory.record.attachment.attachment import Attachment, Attachments
from customer_inventory.record.types import named
from customer_inventory.store.database import Database
from customer_inventory.store.safe import Safe

_ENTRY = "attachment"


@click.group()
def attachment() -> None:
    """Attachments: contracts, scans and other files that belong to records."""


@attachment.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--type", "record_type", required=True, help="The type of the record: agreement.")
@click.option("--record", "record_id", required=True, help="The id of the record.")
@click.option("--media-type", help="What the file is.  [default: by its name]")
def add(file: Path, record_type: str, record_id: str, media_type: str | None) -> None:
    """Keep a file of a record; print the id of the attachment.

    \b
    Example:
      cinv attachment add contract.pdf --type agreement --record qa06h0q9x2mrs6kz4c8v1tdw3e
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}.", hint="Check it.") from None
    kind = media_type or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    settings = Settings.from_environment()

    async def work(database: Database) -> Attachment:
        return await _attachments(database, settings).keep(
            named(record_type),
            record_id,
            content,
            name=file.name,
            media_type=kind,
            actor=operator(),
            sight=operator_sight(),
        )

    click.echo(_changed(work, settings).id)


@attachment.command("list")
@click.argument("record")
@reading_options
@output_option
def list_command(record: str, actor: Actor, output: str) -> None:
    """List the files of a record.

    \b
    Example:
      cinv attachment list 04vxm2r4sjw9rsm2x6c4k7h1ea
    """
    settings = Settings.from_environment()

    async def work() -> None:
        async with reading(actor, _ENTRY, [record], settings) as reader:
            found = _attachments(reader.database, settings)
            kept = await found.of_record(record, sight=reader.sight)
            for record_type in {each.record_type for each in kept}:
                reader.demand(record_type)
            await reader.told(_ENTRY, [record], {each.record_type for each in kept})
        columns = ("id", "name", "media_type", "size", "recorded_at", "process")
        empty = "The record has no attachment."
        show((asdict(each) for each in kept), output, columns=columns, empty=empty)

    run(work())


@attachment.command()
@click.argument("identifier")
@click.option(
    "--to",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write.  [default: standard output]",
)
@reading_options
def get(identifier: str, target: Path | None, actor: Actor) -> None:
    """Write the content of an attachment.

    \b
    Example:
      cinv attachment get qa06h0q9x2mrs6kz4c8v1tdw3e --to contract.pdf
    """
    settings = Settings.from_environment()

    async def work() -> bytes:
        async with reading(actor, _ENTRY, (), settings) as reader:
            attachments = _attachments(reader.database, settings)
            kept = await attachments.get(identifier, sight=reader.sight)
            reader.demand(kept.record_type)
            await reader.told(_ENTRY, [kept.record_id], [kept.record_type])
            return b"".join([part async for part in attachments.content(identifier)])

    content = run(work())
    if target:
        target.write_bytes(content)
    else:
        sys.stdout.buffer.write(content)


@attachment.command()
@click.argument("identifier")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(identifier: str, yes: bool) -> None:
    """Remove an attachment for good: its key goes with it.

    \b
    Example:
      cinv attachment remove qa06h0q9x2mrs6kz4c8v1tdw3e --yes
    """
    if not yes:
        click.confirm("Remove it for good?", abort=True, err=True)
    settings = Settings.from_environment()

    async def work(database: Database) -> Attachment:
        attachments = _attachments(database, settings)
        kept = await attachments.get(identifier, sight=operator_sight())
        await attachments.remove(identifier)
        return kept

    _changed(work, settings)
    click.echo("removed", err=True)


def _changed(work: Callable[[Database], Awaitable[Attachment]], settings: Settings) -> Attachment:
    """Return what `work` changed of a record's files, in one transaction with its entry."""

    async def accounted_work() -> Attachment:
        async with opened(settings) as database:
            return await accounted(
                database,
                work,
                Operation.UPDATE,
                _ENTRY,
                about=None,
                ids=lambda kept: [kept.record_id],
            )

    return run(accounted_work())


def _attachments(database: Database, settings: Settings) -> Attachments:
    safe = Safe.kept_in(settings.home)
    return Attachments(database, safe, most=settings.max_attachment_bytes)
