"""`cinv subject export`: everything held of a subject, as one archive."""

import os
from contextlib import suppress
from pathlib import Path

import click

from customer_inventory.access.house import operator, trace
from customer_inventory.access.operation import Operation
from customer_inventory.cli.running import opened, run
from customer_inventory.holding import holders_of
from customer_inventory.kit.errors import Conflict, Unavailable
from customer_inventory.kit.settings import Settings
from customer_inventory.record.retention.policy import policy_of
from customer_inventory.record.subject import request
from customer_inventory.record.subject.package.package import Packer
from customer_inventory.record.subject.reason import check_case
from customer_inventory.store.database import Database


@click.command()
@click.argument("identifier", metavar="ID")
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The archive to write; readable by you alone.",
)
@click.option("--reason", help="The case it is done for, such as DSR-2026-17.")
@click.option("--request", "is_request", is_flag=True, help="ID is that of a request.")
def export(identifier: str, target: Path, reason: str | None, is_request: bool) -> None:
    """Write everything held of a subject into a zip archive: a page to read, JSON to carry away.

    ID is that of the party or of any record of it; with --request, that of a verified request for
    access or portability. Other people are in it by their ids alone, staff not at all.

    \b
    Example:
      cinv subject export qa06h0q9x2mrs6kz4c8v1tdw3e --to package.zip
    """
    if reason is not None:
        check_case(reason)
    if target.exists():
        raise Conflict(f"{target} is there already.", hint="Name another file.")
    settings = Settings.from_environment()

    async def work() -> int:
        async with opened(settings) as database:
            whom, case = identifier, reason
            if is_request:
                asked = await request.answerable_by_package(database, identifier)
                whom, case = asked.subject_id, asked.id
            packer = Packer(database, holders_of(database, settings), policy_of(settings.retention))
            return await _written(database, packer, whom, case, target)

    click.echo(f"{target}: {run(work()):,} bytes", err=True)


async def _written(
    database: Database, packer: Packer, identifier: str, reason: str | None, target: Path
) -> int:
    """Write the package whole or not at all; return its size in bytes."""
    subject = await packer.subject(identifier)
    actor = operator()
    await trace(database, actor, Operation.DOWNLOAD, "subject", tuple(subject.ids), reason=reason)
    part = target.with_name(f".{target.name}.part")
    size = 0
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            async for piece in packer.package(subject, actor=actor, reason=reason):
                size += out.write(piece)
        part.rename(target)
    except OSError as error:
        raise Unavailable(
            f"{target} cannot be written: {error.strerror}.", hint="Name another place."
        ) from error
    finally:
        with suppress(OSError):
            part.unlink()
    return size
