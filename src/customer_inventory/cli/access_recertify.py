"""`cinv access recertify`: campaigns in which owners of data confirm grants."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import click

from customer_inventory.access.grant import recertifying
from customer_inventory.access.operation import Operation
from customer_inventory.access.registration import Permission
from customer_inventory.cli.access_decision import as_option, changed, decided, in_database
from customer_inventory.cli.output import output_option, show
from customer_inventory.store.database import Database, Row

_COLUMNS = (
    "id", "title", "due_at", "closed_at", "items", "undecided", "kept", "narrowed", "revoked",
    "lapsed",
)  # fmt: skip
_ITEM_COLUMNS = (
    "grant_id", "process", "purpose", "permissions", "state", "capacity", "decision", "decided_by",
    "reason", "evidence",
)  # fmt: skip


@click.group()
def recertify() -> None:
    """Recertification: are grants still needed? The owners of the data decide."""


@recertify.command("open")
@click.argument("title")
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 365), help="Until.")
@click.option("--owner", help="Grants of processes of this organisation or person alone.")
@click.option("--process", help="Grants of this process alone.")
@click.option("--type", "record_type", help="What grants permit on this record type alone.")
@click.option(
    "--older-than",
    default=0,
    show_default=True,
    type=click.IntRange(0, 3650),
    help="Grants alone that were not confirmed for so many days.",
)
@as_option
def open_command(
    title: str,
    days: int,
    owner: str | None,
    process: str | None,
    record_type: str | None,
    older_than: int,
    person: str | None,
) -> None:
    """Open a campaign over active grants; its id is printed. What is not decided lapses.

    \b
    Example:
      cinv access recertify open "Second quarter" --older-than 90
    """
    opened = changed(
        lambda database: recertifying.open_campaign(
            database,
            title,
            due_at=datetime.now(UTC) + timedelta(days=days),
            by=decided(person, title),
            owner=owner,
            process=process,
            record_type=record_type,
            older_than=timedelta(days=older_than),
        ),
        Operation.CREATE,
        "campaign",
        about=title,
        ids=lambda opened: [opened[0]] if opened else [],
    )
    if opened is None:
        click.echo("nothing to decide: no active grant is such", err=True)
        return
    campaign, items = opened
    click.echo(campaign)
    click.echo(f"{items} to decide", err=True)


@recertify.command("list")
@output_option
def list_command(output: str) -> None:
    """List the campaigns, latest first, each with how far it is."""
    rows = in_database(recertifying.campaigns)
    show(rows, output, columns=_COLUMNS, empty="No campaign was opened.")


@recertify.command("show")
@click.argument("campaign")
@output_option
def show_command(campaign: str, output: str) -> None:
    """Show what is to be decided in a campaign, and what was: the report of it.

    \b
    Example:
      cinv access recertify show qa06h0q9x2mrs6kz4c8v1tdw3e
    """

    async def work(database: Database) -> tuple[Row, Sequence[Row]]:
        (row,) = await recertifying.campaigns(database, campaign)
        return row, await recertifying.items(database, campaign)

    row, items = in_database(work)
    show(items, output, columns=_ITEM_COLUMNS, empty="")
    told = ", ".join(f"{row[name]} {name}" for name in _COLUMNS[5:])
    click.echo(f"{row['title']}, due {row['due_at']:%Y-%m-%d %H:%M} UTC: {told}", err=True)


@recertify.command()
@click.argument("campaign")
@click.argument("grant")
@click.argument("decision", type=click.Choice(recertifying.DECISIONS))
@click.option("--purpose", help="The purpose of the grant; needed to narrow it.")
@click.option(
    "--allow",
    "allowed",
    multiple=True,
    metavar="TYPE:OPERATION[,…]",
    help="To narrow it: what is to stay, by record type. Several times.",
)
@click.option("--reason", default="", help="Why; needed to narrow or revoke.")
@as_option
def decide(
    campaign: str,
    grant: str,
    decision: str,
    purpose: str | None,
    allowed: tuple[str, ...],
    reason: str,
    person: str | None,
) -> None:
    """Keep, narrow or revoke a grant, as an owner of its data.

    To narrow it, a grant of less is asked for; this one ends when that is in force, or is suspended
    when the campaign is due.

    \b
    Example:
      cinv access recertify decide qa06h0q9x2mrs6kz4c8v1tdw3e qa06h0q9x2mrs6kz4c8v1tdw3e keep
    """
    if allowed and not purpose:
        raise click.UsageError("--allow needs the --purpose of the grant.")
    narrower = changed(
        lambda database: recertifying.decide(
            database,
            campaign,
            grant,
            decision,
            by=decided(person, reason),
            permissions=[Permission.parse(text, purpose or "") for text in allowed],
        ),
        Operation.MODIFY,
        "grant",
        about=f"recertify: {decision}",
        ids=lambda narrower: [grant, *([narrower] if narrower else [])],
    )
    if narrower:
        click.echo(narrower)
    click.echo(f"{grant}: {decision}", err=True)
