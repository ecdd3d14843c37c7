"""`cinv access break-glass` and `cinv access watch`: emergencies, and what the watch warns of."""

from datetime import timedelta

import click

from customer_inventory.access.grant import breaking_glass, watching
from customer_inventory.access.house import PROCESS
from customer_inventory.access.operation import Operation
from customer_inventory.access.registration import Permission
from customer_inventory.cli.access_decision import account, as_option, changed, decided, in_database
from customer_inventory.cli.output import output_option, show
from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Database

_COLUMNS = (
    "id", "process", "person", "permissions", "ticket", "opened_at", "valid_to", "ended_at",
    "review_due_at", "is_overdue", "reviewed_by", "verdict",
)  # fmt: skip


@click.group("break-glass")
def break_glass() -> None:
    """Access in an emergency: for one person, for hours, alarmed and reviewed."""


@break_glass.command("open")
@click.argument("process")
@click.option("--person", required=True, help="Who acts; registered with the capacity breakGlass.")
@click.option("--purpose", required=True, help="A registered purpose.")
@click.option(
    "--allow",
    "allowed",
    multiple=True,
    required=True,
    metavar="TYPE:OPERATION[,…]",
    help="What is needed, by record type. Several times.",
)
@click.option("--reason", required=True, help="Why it cannot wait.")
@click.option("--ticket", required=True, help="The incident it belongs to.")
@click.option(
    "--hours", default=1.0, show_default=True, type=click.FloatRange(0.1, 4), help="For how long."
)
def open_command(
    process: str,
    person: str,
    purpose: str,
    allowed: tuple[str, ...],
    reason: str,
    ticket: str,
    hours: float,
) -> None:
    """Let a person act at once; the token for it is printed once. Somebody else reviews it.

    \b
    Example:
      cinv access break-glass open billing --person olga --purpose care --allow customer:read \\
        --reason "Customers cannot be called" --ticket INC-17
    """

    async def work(database: Database) -> breaking_glass.Opening:
        opening = await breaking_glass.break_glass(
            database,
            process,
            person=person,
            permissions=[Permission.parse(text, purpose) for text in allowed],
            reason=reason,
            ticket=ticket,
            lifetime=timedelta(hours=hours),
            entered_by=account(),
        )
        await watching.look_for_unreviewed(database)
        return opening

    opening = changed(
        work, Operation.CREATE, "breakGlass", about=ticket, ids=lambda opening: [opening.id]
    )
    click.echo(opening.token.secret)
    until = f"{opening.token.expires_at:%Y-%m-%d %H:%M}"
    click.echo(f"{opening.id}: open until {until} UTC, then to be reviewed", err=True)


@break_glass.command("list")
@click.option("--unreviewed", is_flag=True, help="Those that wait for their review alone.")
@output_option
def list_command(unreviewed: bool, output: str) -> None:
    """List every time the glass was broken, latest first; unreviewed, the due first."""
    rows = in_database(lambda database: breaking_glass.openings(database, unreviewed=unreviewed))
    show(rows, output, columns=_COLUMNS, empty="Nothing was broken.")


@break_glass.command("end")
@click.argument("opening")
def end_command(opening: str) -> None:
    """End it before its time: permissions and token at once.

    \b
    Example:
      cinv access break-glass end qa06h0q9x2mrs6kz4c8v1tdw3e
    """
    changed(
        lambda database: breaking_glass.end(database, opening, by=account()),
        Operation.DELETE,
        "breakGlass",
        about=opening,
    )
    click.echo(f"{opening}: ended", err=True)


@break_glass.command()
@click.argument("opening")
@click.argument("verdict", type=click.Choice(breaking_glass.VERDICTS))
@click.option("--reason", required=True, help="What was found.")
@as_option
def review(opening: str, verdict: str, reason: str, person: str | None) -> None:
    """Review what somebody else did under broken glass; its entries carry its own purpose.

    \b
    Example:
      cinv access break-glass review qa06h0q9x2mrs6kz4c8v1tdw3e justified --reason "As told"
    """

    async def work(database: Database) -> None:
        await breaking_glass.review(database, opening, verdict, by=decided(person, reason))
        await watching.look_for_unreviewed(database)

    changed(work, Operation.MODIFY, "breakGlass", about=f"{opening} {verdict}")
    click.echo(f"{opening}: {verdict}", err=True)


@click.command()
def watch() -> None:
    """Keep the watch now: end what is over, lapse what is due, warn, suspend what nobody uses.

    A running service does so every hour. `cinv record findings` shows what it warns of.
    """
    patience = watching.patience_of(Settings.from_environment())
    changed(
        lambda database: watching.watched(database, patience, process=PROCESS),
        Operation.MODIFY,
        "access",
        about="watch",
    )
    click.echo("watched", err=True)
