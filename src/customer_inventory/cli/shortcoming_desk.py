"""`cinv shortcomings desk`: where tickets about the repository are worked on in the house."""

import sys
from typing import Any

import click
import msgspec

from customer_inventory.access.house import operator
from customer_inventory.cli.failing import DONE, PARTLY
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.settings import Settings
from customer_inventory.record.document import parse_object
from customer_inventory.shortcomings import deciding
from customer_inventory.shortcomings.deciding import Verdict
from customer_inventory.shortcomings.handover import desk as desks
from customer_inventory.shortcomings.handover import ticket
from customer_inventory.shortcomings.handover.document import as_document
from customer_inventory.shortcomings.handover.following import Followed, follow
from customer_inventory.shortcomings.handover.specification import specification
from customer_inventory.shortcomings.handover.ticket import Chosen, Status
from customer_inventory.shortcomings.seeing import seeing_most

_LISTED = ("id", "status", "severity", "type", "name", "fingerprint", "place", "raised")
_STEPS = ("at", "status", "reason", "person")


@click.group()
def desk() -> None:
    """The desk: tickets about the repository, until what they are about is mended."""


@desk.command("list")
@click.option("--all", "is_all", is_flag=True, help="Also those that are over.")
@output_option
def list_command(is_all: bool, output: str) -> None:
    """List tickets, the one raised last first.

    \b
    Example:
      cinv shortcomings desk list --all
    """

    async def work() -> list[dict[str, Any]]:
        chosen = Chosen(statuses=None if is_all else ticket.UNDONE)
        async with opened(Settings.from_environment()) as database:
            return [_row(row) for row in await ticket.listed(database, chosen)]

    show(run(work()), output, columns=_LISTED, empty="There is none: cinv shortcomings raise.")


@desk.command("show")
@click.argument("ticket_id", metavar="TICKET")
@output_option
def show_command(ticket_id: str, output: str) -> None:
    """Show a ticket, and what became of it; in other forms as TMF621 v5 has it.

    \b
    Example:
      cinv shortcomings desk show 0a0m3k9y2v7q1d5c8h4x6t2b9z
    """

    async def work() -> tuple[Any, Any]:
        async with opened(Settings.from_environment()) as database:
            return await ticket.one(database, ticket_id)

    row, steps = run(work())
    if output != "table":
        show([as_document(row, steps)], output, columns=(), empty="")
        return
    told = _row(row)
    click.echo(f"{told['name']} ({told['type']}, {told['severity']})")
    click.echo(f"{row['status']}, raised {told['raised']}, shortcoming {row['fingerprint']}")
    if row["follows"]:
        click.echo(f"the shortcoming of ticket {row['follows']} is back")
    click.echo(f"dossier: cinv shortcomings dossier {row['fingerprint']}\n")
    show(steps, output, columns=_STEPS, empty="")


@desk.command("accept")
@click.argument("ticket_id", metavar="TICKET")
@click.option("--reason", help="What is going to be done.")
def accept(ticket_id: str, reason: str | None) -> None:
    """Say that somebody works on a ticket.

    \b
    Example:
      cinv shortcomings desk accept 0a0m3k9y2v7q1d5c8h4x6t2b9z --reason "on Thursday night"
    """
    _bring(ticket_id, "inProgress", reason)


@desk.command("hold")
@click.argument("ticket_id", metavar="TICKET")
@click.option("--reason", required=True, help="What it waits for.")
def hold(ticket_id: str, reason: str) -> None:
    """Say that a ticket waits for something.

    \b
    Example:
      cinv shortcomings desk hold 0a0m3k9y2v7q1d5c8h4x6t2b9z --reason "the disk is ordered"
    """
    _bring(ticket_id, "held", reason)


@desk.command("reject")
@click.argument("ticket_id", metavar="TICKET")
@click.option("--reason", required=True, help="Why nothing is to be done.")
def reject(ticket_id: str, reason: str) -> None:
    """Say that a ticket is about no shortcoming: it counts as wrong on the scoreboard.

    \b
    Example:
      cinv shortcomings desk reject 0a0m3k9y2v7q1d5c8h4x6t2b9z --reason "a yearly job needs it"
    """
    _bring(ticket_id, "rejected", reason)


@desk.command("resolve")
@click.argument("ticket_id", metavar="TICKET")
@click.option("--reason", required=True, help="What was done.")
def resolve(ticket_id: str, reason: str) -> None:
    """Say that it is mended: it is measured again, and closed with the gain or reopened.

    Exit code 1 says that it is reopened.

    \b
    Example:
      cinv shortcomings desk resolve 0a0m3k9y2v7q1d5c8h4x6t2b9z --reason "index dropped"
    """

    async def work() -> Verdict:
        settings, actor = Settings.from_environment(), operator()
        async with opened(settings) as database, seeing_most(database, settings) as server:
            name = await desks.bring(database, ticket_id, "resolved", reason=reason, actor=actor)
            return await deciding.verify(
                database, name, reason=reason, actor=actor, on=server, settings=settings
            )

    found = run(work())
    click.echo(f"{'closed' if found.is_gone else 'reopened'}: {found.said}")
    sys.exit(not found.is_gone)


@desk.command("follow")
def follow_command() -> None:
    """Look now what became of tickets at a desk outside; what is said to be mended is measured.

    The service does it every ten minutes. Exit code 4 says that the desk did not answer for some.

    \b
    Example:
      cinv shortcomings desk follow
    """

    async def work() -> Followed:
        settings = Settings.from_environment()
        async with opened(settings) as database:
            return await follow(database, settings, actor=operator())

    done = run(work())
    click.echo(
        f"{done.changed} tickets changed, {done.measured} shortcomings measured again, "
        f"{done.missed} not answered",
        err=True,
    )
    sys.exit(PARTLY if done.missed else DONE)


@desk.command("specification")
def specification_command() -> None:
    """Show the ticket specification: what tickets say, name by name, with units (TMF621 v5).

    \b
    Example:
      cinv shortcomings desk specification
    """
    click.echo(msgspec.json.format(msgspec.json.encode(specification()), indent=2))


def _bring(ticket_id: str, status: Status, reason: str | None) -> None:
    async def work() -> None:
        async with opened(Settings.from_environment()) as database:
            await desks.bring(database, ticket_id, status, reason=reason, actor=operator())

    run(work())


def _row(row: Any) -> dict[str, Any]:
    document = parse_object(row["document"])
    return {
        "id": row["id"],
        "status": row["status"],
        "severity": document.get("severity"),
        "type": document.get("ticketType"),
        "name": document["name"],
        "fingerprint": row["fingerprint"],
        "place": row["place"],
        "remote_id": row["remote_id"],
        "raised": f"{row['raised_at']:%Y-%m-%d %H:%M}",
    }
