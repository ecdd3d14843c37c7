"""`cinv subject requests`: requests of data subjects, from receipt to answer."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

import click

from customer_inventory.access.house import accounted, operator, trace
from customer_inventory.access.operation import Operation
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.clock import parse_instant
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.settings import Settings
from customer_inventory.record.subject import request
from customer_inventory.store.database import Database

_ENTRY = "subjectRequest"
_COLUMNS = ("id", "kind", "state", "subject_id", "received_at", "due_at", "is_extended", "ended_at")


@click.group()
def requests() -> None:
    """Requests of data subjects (GDPR articles 15 to 21) as cases with a deadline."""


@requests.command("list")
@click.option("--open", "is_open", is_flag=True, help="Only those that wait for an answer.")
@output_option
def list_command(is_open: bool, output: str) -> None:
    """List requests by deadline."""

    async def work(database: Database) -> list[request.Request]:
        found = await request.requests(database, is_open=is_open)
        ids = list(dict.fromkeys(each.subject_id for each in found))
        await trace(database, operator(), Operation.READ, _ENTRY, ids)
        return found

    _show(_run(work), output)


@requests.command("open")
@click.argument("kind", type=click.Choice(request.KINDS))
@click.argument("identifier", metavar="ID")
@click.option("--received", metavar="DATE", help="When it was received; now, unless given.")
@output_option
def open_command(kind: str, identifier: str, received: str | None, output: str) -> None:
    """Open a case for a request of the subject ID.

    \b
    Example:
      cinv subject requests open access qa06h0q9x2mrs6kz4c8v1tdw3e
    """
    instant = parse_instant(received)
    if received is not None and instant is None:
        raise Invalid("is no date or date-time.", path="received", hint="Write 2026-01-31.")

    async def work(database: Database) -> list[request.Request]:
        return await _accounted(
            database,
            lambda within: request.open_request(
                within, kind, identifier, received_at=instant, actor=operator()
            ),
            about=kind,
        )

    _show(_run(work), output)


@requests.command()
@click.argument("step", type=click.Choice(("verify", "extend", "refuse", "complete")))
@click.argument("identifier", metavar="ID")
@click.option("--reference", required=True, help="How, why or by what: a case, an erasure's id.")
@output_option
def take(step: str, identifier: str, reference: str, output: str) -> None:
    """Take a request on: its identity verified, its deadline extended, refused or completed.

    \b
    Example:
      cinv subject requests take verify qa06h0q9x2mrs6kz4c8v1tdw3e --reference ID-CHECK-7
    """

    async def work(database: Database) -> list[request.Request]:
        return await _accounted(
            database,
            lambda within: request.take(
                within, identifier, step, reference=reference, actor=operator()
            ),
            about=f"{step} {reference}",
        )

    _show(_run(work), output)


async def _accounted(
    database: Database, work: Callable[[Database], Awaitable[request.Request]], *, about: str
) -> list[request.Request]:
    """Return the request that `work` changes, in one transaction with its entry."""
    return [
        await accounted(
            database,
            work,
            Operation.MODIFY,
            _ENTRY,
            about=about,
            ids=lambda made: [made.subject_id],
        )
    ]


def _run(work: Callable[[Database], Awaitable[list[request.Request]]]) -> list[request.Request]:
    async def within() -> list[request.Request]:
        async with opened(Settings.from_environment()) as database:
            return await work(database)

    return run(within())


def _show(listed: list[request.Request], output: str) -> None:
    rows: list[dict[str, Any]] = [asdict(each) for each in listed]
    show(rows, output, columns=_COLUMNS, empty="There are no requests.")
