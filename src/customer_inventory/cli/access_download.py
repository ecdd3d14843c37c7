"""`cinv access download`: lists taken away as files, who agrees, where a file came from."""

import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import click

from customer_inventory.access.download import job, trace
from customer_inventory.access.download.asking import Asked
from customer_inventory.access.download.canary import MOST
from customer_inventory.access.download.downloads import Downloads
from customer_inventory.access.download.encoding import MEDIA, SUFFIX
from customer_inventory.access.download.house import downloads_of
from customer_inventory.access.download.job import Download
from customer_inventory.access.guard import Guard, Session
from customer_inventory.access.house import operator
from customer_inventory.access.house import trace as traced
from customer_inventory.access.ledger import Ledger
from customer_inventory.access.masking import masking_key_in
from customer_inventory.access.operation import Operation
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.errors import Unavailable
from customer_inventory.kit.settings import Settings
from customer_inventory.record.inventory import Inventory
from customer_inventory.store.database import Database

Result = TypeVar("Result")
Work = Callable[[Database, Downloads, Session], Awaitable[Result]]

_ENTRY = "exportJob"
_UNTOLD = ("watermark", "position", "shown_sha256")
_COLUMNS = (
    "id",
    "process",
    "purpose",
    "record_type",
    "format",
    "state",
    "row_count",
    "size",
    "requested_by",
    "approved_by",
    "state_reason",
)


@click.group()
def download() -> None:
    """Downloads: lists of records taken away as files."""


@download.command()
@click.argument("list_", metavar="LIST")
@click.option("--query", default="", help="Filters, sort and fields, as the list has them.")
@click.option("--format", "form", type=click.Choice(list(MEDIA)), default="ndjson",
              show_default=True, help="What the file is.")  # fmt: skip
@click.option("--compression", type=click.Choice(list(SUFFIX)), default="none",
              show_default=True, help="How it is compressed.")  # fmt: skip
@click.option("--spreadsheet", is_flag=True, help="CSV: guard cells that a program would run.")
@click.option("--canaries", type=click.IntRange(0, MOST), default=0, show_default=True,
              help="Made-up records to plant, by which a leak is traced.")  # fmt: skip
@click.option("--pseudonym-for", help="The recipient whose pseudonyms replace ids.")
@click.option("--reason", help="A reference to a case.")
@click.option("--now", is_flag=True, help="Make the file here, without a running service.")
def request(list_: str, form: Any, compression: Any, now: bool, **how: Any) -> None:
    """Ask for a list as a file: a record type, or the path of a list. Print the id of the job.

    A running service makes the file, or with --now the command itself, which fails if there is
    none in the end. A large one waits for the owner of the data.

    \b
    Example:
      cinv access download request customer --query "status=active&fields=name" --format csv
    """
    how["for_people"] = how.pop("spreadsheet")
    how["pseudonym_domain"] = how.pop("pseudonym_for")
    asked = Asked(format=form, compression=compression, **how)

    async def work(database: Database, downloads: Downloads, session: Session) -> Download:
        kept = await downloads.request(list_, asked, session, is_made_here=now)
        await traced(database, session.actor, Operation.DOWNLOAD, _ENTRY, [kept.id])
        return await downloads.finish(kept.id) if now else kept

    kept = _worked(work)
    click.echo(kept.id)
    if now and kept.state not in job.UNFINISHED:
        kept.demand_file()
    click.echo(_said(kept), err=True)


@download.command("list")
@click.option("--last", default=20, show_default=True, type=click.IntRange(1, 1000),
              help="Most to show.")  # fmt: skip
@output_option
def list_command(last: int, output: str) -> None:
    """List the downloads of all processes, latest first."""

    async def work(database: Database, _: Downloads, session: Session) -> list[Download]:
        found = await job.downloads(database, limit=last)
        ids = [each.id for each in found]
        await traced(database, session.actor, Operation.DOWNLOAD, _ENTRY, ids)
        return found

    rows = [_shown(found) for found in _worked(work)]
    show(rows, output, columns=_COLUMNS, empty="Nothing was taken away yet.")


@download.command("show")
@click.argument("download")
@output_option
def show_command(download: str, output: str) -> None:
    """Show one download.

    \b
    Example:
      cinv access download show qa06h0q9x2mrs6kz4c8v1tdw3e
    """

    async def work(database: Database, _: Downloads, session: Session) -> Download:
        found = await job.get(database, download)
        await traced(database, session.actor, Operation.DOWNLOAD, _ENTRY, [found.id])
        return found

    show([_shown(_worked(work))], output, columns=_COLUMNS, empty="")


@download.command()
@click.argument("download")
@click.option("--as", "person", help="Who decided, elsewhere.  [default: this account]")
def approve(download: str, person: str | None) -> None:
    """Let a large download go on, as the owner of its data.

    \b
    Example:
      cinv access download approve qa06h0q9x2mrs6kz4c8v1tdw3e --as ada
    """

    async def work(database: Database, downloads: Downloads, session: Session) -> Download:
        approved = await downloads.approve(download, _as(session, person))
        await traced(database, session.actor, Operation.MODIFY, _ENTRY, [download])
        return approved

    click.echo(_said(_worked(work)), err=True)


@download.command()
@click.argument("download")
@click.option("--reason", required=True, help="Why; whoever asked is told.")
@click.option("--as", "person", help="Who decided, elsewhere.  [default: this account]")
def reject(download: str, reason: str, person: str | None) -> None:
    """Refuse a large download, as the owner of its data.

    \b
    Example:
      cinv access download reject qa06h0q9x2mrs6kz4c8v1tdw3e --reason "Not needed" --as ada
    """

    async def work(database: Database, downloads: Downloads, session: Session) -> Download:
        rejected = await downloads.reject(download, _as(session, person), reason=reason)
        await traced(database, session.actor, Operation.MODIFY, _ENTRY, [download])
        return rejected

    click.echo(_said(_worked(work)), err=True)


@download.command()
@click.argument("download")
def cancel(download: str) -> None:
    """End a download of any process, and destroy its file.

    \b
    Example:
      cinv access download cancel qa06h0q9x2mrs6kz4c8v1tdw3e
    """

    async def work(database: Database, downloads: Downloads, session: Session) -> Download:
        ended = await downloads.end(download, session)
        await traced(database, session.actor, Operation.DELETE, _ENTRY, [download])
        return ended

    click.echo(_said(_worked(work)), err=True)


@download.command()
@click.argument("download")
@click.option("--to", "target", type=click.Path(path_type=Path), help="File or folder to write.")
def fetch(download: str, target: Path | None) -> None:
    """Write the file of a download of the house's own, to standard output unless told where.

    \b
    Example:
      cinv access download fetch qa06h0q9x2mrs6kz4c8v1tdw3e --to .
    """
    folder = target if target and target.is_dir() else None

    async def work(database: Database, downloads: Downloads, session: Session) -> Download:
        found = await downloads.status(download, session)
        found.demand_file()
        await traced(database, session.actor, Operation.DOWNLOAD, _ENTRY, [found.id])
        parts = await downloads.content(found, session, (0, found.size))
        with _writing(folder / found.file_name if folder else target) as out:
            async for part in parts:
                out.write(part)
        return found

    found = _worked(work)
    click.echo(f"{found.size} bytes, sha256 {(found.sha256 or b'').hex()}", err=True)


@download.command("trace")
@click.argument("what", metavar="FILE|VALUE")
@output_option
def trace_command(what: str, output: str) -> None:
    """Tell which download a file came from, or a planted record with this id or address.

    \b
    Example:
      cinv access download trace anna.keller4711@mail.example
    """
    file = Path(what) if Path(what).is_file() else None

    async def work(database: Database, _: Downloads, session: Session) -> list[dict[str, Any]]:
        if file:
            found = await trace.of_file(database, file)
        else:
            found = [(each, "canary") for each in await trace.of_value(database, what)]
        ids = [each.id for each, _ in found]
        await traced(database, session.actor, Operation.READ, _ENTRY, ids)
        return [{**_shown(each), "told_by": told} for each, told in found]

    columns = ("id", "told_by", "process", "purpose", "requested_by", "requested_at")
    show(_worked(work), output, columns=columns, empty="It came from no download of ours.")


def _worked(work: Work[Result]) -> Result:
    # The doors that know the lists take half a second to load.
    from customer_inventory.tmf.door import resources  # noqa: PLC0415
    from customer_inventory.tmf.source import finder  # noqa: PLC0415

    settings = Settings.from_environment()

    async def opened_work() -> Result:
        async with opened(settings) as database:
            url = settings.public_url or f"http://{settings.host}:{settings.port}"
            guard = Guard(database, masking_key=masking_key_in(settings.home))
            downloads = downloads_of(
                database,
                Inventory(database),
                guard,
                Ledger(database),
                settings,
                find=finder(resources(url), url),
            )
            session = await guard.acting(operator())
            if session is None:
                raise Unavailable("The house's own process is not active.", hint="Activate it.")
            return await work(database, downloads, session)

    return run(opened_work())


@contextmanager
def _writing(path: Path | None) -> Iterator[BinaryIO]:
    """Lend the file of a path, or standard output; raise Unavailable where it takes no more."""
    try:
        if path is None:
            yield sys.stdout.buffer
            return
        with path.open("wb") as out:
            yield out
    except OSError as error:
        raise Unavailable(
            f"{path or 'The output'} cannot be written: {error.strerror}.", hint="Write elsewhere."
        ) from error


def _as(session: Session, person: str | None) -> Session:
    if person is None:
        return session
    return replace(session, actor=replace(session.actor, person=person))


def _shown(found: Download) -> dict[str, Any]:
    told = {**asdict(found), "sha256": found.sha256.hex() if found.sha256 else None}
    return {name: told[name] for name in told if name not in _UNTOLD}


def _said(found: Download) -> str:
    return f"{found.state}: {found.state_reason}" if found.state_reason else found.state
