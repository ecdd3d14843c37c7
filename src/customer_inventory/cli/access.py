"""`cinv access`: processes, what they may do, their tokens, and the ledger."""

import click

from customer_inventory.access import registration
from customer_inventory.access.house import operator, trace
from customer_inventory.access.ledger import last_entries
from customer_inventory.access.operation import Operation
from customer_inventory.access.stranger import refusals
from customer_inventory.access.token import Token
from customer_inventory.cli.access_attribute import groups
from customer_inventory.cli.access_decision import changed
from customer_inventory.cli.access_emergency import break_glass, watch
from customer_inventory.cli.access_file import apply_command, export_command
from customer_inventory.cli.access_grant import COMMANDS as GRANT_COMMANDS
from customer_inventory.cli.access_process import COMMANDS as PROCESS_COMMANDS
from customer_inventory.cli.access_quota import quota
from customer_inventory.cli.access_recertify import recertify
from customer_inventory.cli.access_subject_list import subject_list
from customer_inventory.cli.lazy import LazyGroup, There
from customer_inventory.cli.lifetime import lifetime
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Database

OTHERS = (
    groups,
    quota,
    subject_list,
    recertify,
    break_glass,
    watch,
    apply_command,
    export_command,
)


_ELSEWHERE = {
    "account": There("customer_inventory.cli.access_account:account", "People who can sign in."),
    "bootstrap": There(
        "customer_inventory.cli.access_account:bootstrap",
        "Make the first administrator: print a link, good once and for 15 minutes, to enrol with.",
    ),
    "client": There(
        "customer_inventory.cli.access_client:client",
        "OAuth clients: how a process shows who it is to get short-lived tokens.",
    ),
    "download": There(
        "customer_inventory.cli.access_download:download",
        "Downloads: lists of records taken away as files.",
    ),
    "explain": There(
        "customer_inventory.cli.access_explain:explain_command",
        "Say whether a process may do something, by which rule, and what each rule says.",
    ),
    "issuer": There(
        "customer_inventory.cli.access_issuer:issuer",
        "External OpenID providers: they say which client calls, and permit nothing.",
    ),
    "keys": There("customer_inventory.cli.access_client:keys", "The keys that sign access tokens."),
    "reporting": There(
        "customer_inventory.cli.access_reporting:reporting",
        "Roles of the database that read views, for a process and purpose.",
    ),
    "simulate": There(
        "customer_inventory.cli.access_simulate:simulate_command",
        "Decide the past traffic of a process again, under a draft of what it may do.",
    ),
}
"""Commands that take long to import, or whose libraries do."""


@click.group(cls=LazyGroup, there=_ELSEWHERE)
def access() -> None:
    """Access: who may do what to customer data."""


for _command in (*PROCESS_COMMANDS, *GRANT_COMMANDS, *OTHERS):
    access.add_command(_command)


@access.command()
@click.argument("process")
@click.option("--purpose", required=True, help="The purpose it will act for.")
@click.option("--person", help="The person or agent it acts for, if always the same.")
@click.option("--expires-in", default="30d", show_default=True, help="Lifetime: 12h, 30d.")
def token(process: str, purpose: str, person: str | None, expires_in: str) -> None:
    """Issue a bearer token. It is printed once, on standard output, and kept only as a hash.

    \b
    Example:
      cinv access token billing --purpose billing --expires-in 90d
    """
    good_for = lifetime(expires_in)

    async def work(database: Database) -> Token:
        return await registration.issue_token(
            database, process, purpose=purpose, person=person, lifetime=good_for
        )

    issued = changed(work, Operation.CREATE, "token", about=f"{process} for {purpose}")
    click.echo(issued.secret)
    click.echo(f"good until {issued.expires_at:%Y-%m-%d %H:%M} UTC", err=True)


@access.command("revoke-tokens")
@click.argument("process")
def revoke_tokens(process: str) -> None:
    """End every token of a process at once; it can be given new ones.

    \b
    Example:
      cinv access revoke-tokens billing
    """
    changed(
        lambda database: registration.revoke_tokens(database, process),
        Operation.DELETE,
        "token",
        about=process,
    )
    click.echo(f"{process}: tokens revoked", err=True)


@access.command()
@click.option(
    "--last",
    default=20,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Most entries to show.",
)
@output_option
def log(last: int, output: str) -> None:
    """Show the latest entries of the access ledger, newest first."""

    async def work() -> None:
        async with opened(Settings.from_environment()) as database:
            rows = await last_entries(database, last)
            if rows:
                await trace(database, operator(), Operation.READ, "accessLog", ())
        columns = (
            "at",
            "process",
            "person",
            "purpose",
            "operation",
            "record_type",
            "record_count",
            "status",
            "decision",
            "source",
        )
        show(rows, output, columns=columns, empty="Nobody has accessed anything yet.")

    run(work())


@access.command()
@click.option(
    "--last", default=20, show_default=True, type=click.IntRange(1, 1000), help="Most to show."
)
@output_option
def strangers(last: int, output: str) -> None:
    """List who was refused without showing who they are, by source and minute, latest first."""

    async def work() -> None:
        async with opened(Settings.from_environment()) as database:
            rows = await refusals(database, limit=last)
        show(rows, output, columns=("minute", "source", "refused"), empty="Nobody was refused.")

    run(work())
