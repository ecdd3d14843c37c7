"""`cinv access`: processes, what they may do, their tokens, and the ledger."""

import click

from customer_inventory.access import registration
from customer_inventory.access.ledger import last_entries
from customer_inventory.access.stranger import refusals
from customer_inventory.access.token import Token
from customer_inventory.cli.access_account import account, bootstrap
from customer_inventory.cli.access_attribute import groups
from customer_inventory.cli.access_client import client, keys
from customer_inventory.cli.access_download import download
from customer_inventory.cli.access_emergency import break_glass, watch
from customer_inventory.cli.access_explain import explain_command
from customer_inventory.cli.access_file import apply_command, export_command
from customer_inventory.cli.access_grant import COMMANDS as GRANT_COMMANDS
from customer_inventory.cli.access_issuer import issuer
from customer_inventory.cli.access_process import COMMANDS as PROCESS_COMMANDS
from customer_inventory.cli.access_quota import quota
from customer_inventory.cli.access_recertify import recertify
from customer_inventory.cli.access_simulate import simulate_command
from customer_inventory.cli.lifetime import lifetime
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.settings import Settings

OTHERS = (
    account,
    bootstrap,
    issuer,
    groups,
    quota,
    explain_command,
    simulate_command,
    recertify,
    break_glass,
    watch,
    apply_command,
    export_command,
)


@click.group()
def access() -> None:
    """Access: who may do what to customer data."""


access.add_command(client)
access.add_command(download)
access.add_command(keys)
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

    async def work() -> Token:
        async with opened(Settings.from_environment()) as database:
            return await registration.issue_token(
                database, process, purpose=purpose, person=person, lifetime=good_for
            )

    issued = run(work())
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

    async def work() -> None:
        async with opened(Settings.from_environment()) as database:
            await registration.revoke_tokens(database, process)

    run(work())
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
