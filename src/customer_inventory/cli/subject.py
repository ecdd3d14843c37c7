"""`cinv subject`: what the law gives a subject: erasure, legal holds against it, requests."""

import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from customer_inventory.access.house import accounted, operator, trace
from customer_inventory.access.log.note import Signer
from customer_inventory.access.log.statement import ERASURE, is_signed
from customer_inventory.access.operation import Operation
from customer_inventory.cli.key import public_key
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.cli.subject_package import export
from customer_inventory.cli.subject_request import requests
from customer_inventory.cli.subject_restriction import lift, restrict, restrictions
from customer_inventory.cli.subject_retention import retention
from customer_inventory.holding import eraser_of
from customer_inventory.kit.clock import parse_instant
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.settings import Settings
from customer_inventory.record.subject import hold as holding
from customer_inventory.record.subject.certificate import digest, readable
from customer_inventory.record.subject.erasing import Eraser, erasures
from customer_inventory.record.subject.notes import notes, take_notes
from customer_inventory.store.database import Database

_HOLD = ("id", "subject_id", "reason", "until", "placed_at", "lifted_at")
_ERASURE = ("id", "subject_id", "state", "reason", "process", "person", "begun_at", "ended_at")
_ERASING, _HOLDING = "erasure", "legalHold"
"""The words of the ledger, as at the API."""
Result = TypeVar("Result")


@click.group()
def subject() -> None:
    """Subjects: erase, hold, answer their requests. What you do is recorded in the ledger."""


subject.add_command(requests)
subject.add_command(restrict)
subject.add_command(lift)
subject.add_command(restrictions)
subject.add_command(export)
subject.add_command(retention)


@subject.command()
@click.argument("identifier", metavar="ID")
@click.option("--reason", help="The case it is done for, such as DSR-2026-17.")
@click.option("--dry-run", is_flag=True, help="Show what would go; change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(identifier: str, reason: str | None, dry_run: bool, yes: bool) -> None:
    """Erase a subject: every copy of all its records, here and now, and print the certificate.

    ID is that of the party, or of any record of it. Records of others that name it stay, without
    it. A legal hold on any of it refuses the whole.

    \b
    Example:
      cinv subject erase qa06h0q9x2mrs6kz4c8v1tdw3e --dry-run
    """

    async def planned(eraser: Eraser, database: Database) -> dict[str, Any]:
        await trace(database, operator(), Operation.DELETE, _ERASING, [identifier])
        return await eraser.plan(identifier)

    if dry_run:
        click.echo(_pretty(run(_with_both(planned))))
        return
    if reason is None:
        raise Invalid("Give the case by --reason, or --dry-run.")
    if not yes:
        click.confirm("What is erased cannot be brought back. Erase it?", abort=True, err=True)

    async def work(eraser: Eraser, database: Database) -> dict[str, Any]:
        # The entry comes first, without the id: the erasure would take it out again.
        await trace(database, operator(), Operation.DELETE, "subject", (), reason=reason)
        return await eraser.erase(identifier, reason=reason or "", actor=operator())

    click.echo(readable(run(_with_both(work))))


@subject.command("erasures")
@click.option("--notes", "is_whole", is_flag=True, help="Each whole, as NDJSON for `replay`.")
@output_option
def erasures_command(is_whole: bool, output: str) -> None:
    """List erasures, newest first.

    Keep what --notes writes outside the database: a restored one does not know the erasures after
    its backup. It holds ids and certificates, no value of a subject.
    """

    async def work(_: Eraser, database: Database) -> list[dict[str, Any]]:
        # Whom they were about is in no entry: the erasures took it out.
        await trace(database, operator(), Operation.DELETE, _ERASING, ())
        return await (notes(database) if is_whole else erasures(database))

    if is_whole:
        show(run(_with_both(work)), "ndjson", columns=(), empty="")
        return

    show(run(_with_both(work)), output, columns=_ERASURE, empty="Nobody has been erased.")


@subject.command()
@click.argument("identifier", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="As JSON, instead of text.")
@click.option("--verify", "is_verified", is_flag=True, help="Check its digest and signature.")
@click.option("--key", metavar="HEX", help="Public key to verify by.  [default: our own]")
def certificate(identifier: str, as_json: bool, is_verified: bool, key: str | None) -> None:
    """Print the certificate of an erasure.

    With --verify, exit code 1 says that it is not as it was signed.

    \b
    Example:
      cinv subject certificate qa06h0q9x2mrs6kz4c8v1tdw3e
    """

    async def work(eraser: Eraser, database: Database) -> dict[str, Any]:
        await trace(database, operator(), Operation.DELETE, _ERASING, ())
        return await eraser.certificate(identifier)

    told = run(_with_both(work))
    click.echo(_pretty(told) if as_json else readable(told))
    if is_verified:
        public = public_key(key) if key else Signer.kept_in(Settings.from_environment().home).public
        is_right = told["sha256"] == digest(told) and is_signed(
            ERASURE, told["sha256"], told.get("signature", {}), public
        )
        click.echo("as signed" if is_right else "NOT as signed", err=True)
        sys.exit(0 if is_right else 1)


@subject.command()
@click.option(
    "--from",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Erasures that the backup may not know: what `erasures --notes` wrote.",
)
def replay(file: Path | None) -> None:
    """Erase again whom a restored backup has brought back, by the list of erasures.

    \b
    Example:
      cinv subject replay
    """
    lines = file.read_bytes().splitlines() if file else []

    async def work(eraser: Eraser, database: Database) -> list[str]:
        await trace(database, operator(), Operation.DELETE, _ERASING, ())
        noted = await take_notes(database, lines)
        if file:
            click.echo(f"{noted} erasures were not known here", err=True)
        return await eraser.replay(actor=operator())

    again = run(_with_both(work))
    for identifier in again:
        click.echo(identifier)
    click.echo(f"{len(again)} erasures were done again", err=True)


@subject.command()
@click.argument("identifier", metavar="ID")
@click.option("--reason", required=True, help="The case it is for, such as LIT-2026-4.")
@click.option("--until", metavar="DATE", help="Its end; without it, until it is lifted.")
@output_option
def hold(identifier: str, reason: str, until: str | None, output: str) -> None:
    """Place a legal hold on a subject or a record: nothing of it is erased or deleted.

    \b
    Example:
      cinv subject hold qa06h0q9x2mrs6kz4c8v1tdw3e --reason LIT-2026-4
    """

    async def work(_: Eraser, database: Database) -> holding.Hold:
        instant = _instant(until)
        return await accounted(
            database,
            lambda within: holding.place(
                within, identifier, reason=reason, until=instant, actor=operator()
            ),
            Operation.DELETE,
            _HOLDING,
            about=reason,
            ids=lambda placed: [placed.subject_id],
        )

    show([asdict(run(_with_both(work)))], output, columns=_HOLD, empty="")


@subject.command()
@click.argument("identifier", metavar="ID")
@click.option("--reason", required=True, help="The case that lifts it.")
@output_option
def release(identifier: str, reason: str, output: str) -> None:
    """Lift a legal hold, by the id of the hold.

    \b
    Example:
      cinv subject release qa06h0q9x2mrs6kz4c8v1tdw3e --reason LIT-2026-4
    """

    async def work(_: Eraser, database: Database) -> holding.Hold:
        return await accounted(
            database,
            lambda within: holding.lift(within, identifier, reason=reason, actor=operator()),
            Operation.DELETE,
            _HOLDING,
            about=reason,
            ids=lambda lifted: [lifted.subject_id],
        )

    show([asdict(run(_with_both(work)))], output, columns=_HOLD, empty="")


@subject.command()
@click.option("--all", "every", is_flag=True, help="Those that have ended too.")
@output_option
def holds(every: bool, output: str) -> None:
    """List the legal holds in force, newest first."""

    async def work(_: Eraser, database: Database) -> list[dict[str, Any]]:
        found = await holding.holds(database, in_force=not every)
        ids = list(dict.fromkeys(each.subject_id for each in found))
        await trace(database, operator(), Operation.DELETE, _HOLDING, ids)
        return [asdict(each) for each in found]

    show(run(_with_both(work)), output, columns=_HOLD, empty="No legal hold is in force.")


async def _with_both(work: Callable[[Eraser, Database], Awaitable[Result]]) -> Result:
    settings = Settings.from_environment()
    async with opened(settings) as database:
        return await work(
            eraser_of(database, settings),
            database,
        )


def _instant(text: str | None) -> datetime | None:
    instant = parse_instant(text)
    if text is not None and instant is None:
        raise Invalid("is no date or date-time.", path="until", hint="Write 2027-01-31.")
    return instant


def _pretty(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
