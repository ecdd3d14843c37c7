"""`cinv access`: processes, what they may do, their tokens, and the ledger."""

import re
from datetime import timedelta

import click

from customer_inventory.access import registration
from customer_inventory.access.house import operator
from customer_inventory.access.ledger import last_entries
from customer_inventory.access.registration import Permission
from customer_inventory.access.stranger import refusals
from customer_inventory.access.token import Token
from customer_inventory.cli.access_client import client, keys
from customer_inventory.cli.access_grant import COMMANDS as GRANT_COMMANDS
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.settings import Settings

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@click.group()
def access() -> None:
    """Access: who may do what to customer data."""


access.add_command(client)
access.add_command(keys)
for _command in GRANT_COMMANDS:
    access.add_command(_command)


@access.command()
@click.argument("process")
@click.option("--name", required=True, help="What people call it.")
@click.option("--owner", required=True, help="Who answers for it: a person, an organisation.")
@click.option("--etom", help="Identifier of the process in eTOM, such as 1.3.4.")
@click.option("--purpose", help="What for, in one word; needed with --allow.")
@click.option(
    "--allow",
    "allowed",
    multiple=True,
    metavar="TYPE:OPERATION[,…]",
    help="What the house lets it do at once, by record type; * is every type. Several times.",
)
def register(
    process: str,
    name: str,
    owner: str,
    etom: str | None,
    purpose: str | None,
    allowed: tuple[str, ...],
) -> None:
    """Register a process. What it may do is asked for with `request`, and decided by others.

    With --allow whoever operates this installation permits it at once, without a grant.

    \b
    Example:
      cinv access register marketing --name "Marketing" --owner "Sales"
      cinv access register billing --name "Billing" --owner "Finance" \\
        --purpose billing --allow customer:read --allow billingAccount:read,update
    """
    if allowed and not purpose:
        raise click.UsageError("--allow needs the --purpose it is for.")
    permissions = [Permission.parse(text, purpose or "") for text in allowed]

    async def work() -> bool:
        async with opened(Settings.from_environment()) as database:
            return await registration.register(
                database,
                process,
                name=name,
                owner=owner,
                etom_id=etom,
                permissions=permissions,
                registered_by=operator().person or operator().process,
            )

    click.echo(f"{process}: {'registered' if run(work()) else 'changed'}", err=True)


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
    lifetime = _lifetime(expires_in)

    async def work() -> Token:
        async with opened(Settings.from_environment()) as database:
            return await registration.issue_token(
                database, process, purpose=purpose, person=person, lifetime=lifetime
            )

    issued = run(work())
    click.echo(issued.secret)
    click.echo(f"good until {issued.expires_at:%Y-%m-%d %H:%M} UTC", err=True)


@access.command("list")
@output_option
def list_command(output: str) -> None:
    """List the registered processes."""

    async def work() -> None:
        async with opened(Settings.from_environment()) as database:
            rows = await registration.processes(database)
        columns = ("id", "name", "owner", "state", "permissions", "live_tokens")
        show(rows, output, columns=columns, empty="No process is registered.")

    run(work())


@access.command()
@click.argument("process")
@click.argument("state", type=click.Choice(["active", "suspended", "revoked"]))
def state(process: str, state: str) -> None:
    """Suspend, reactivate or revoke a process; its tokens obey at once. Revoked is for good.

    \b
    Example:
      cinv access state billing suspended
    """

    async def work() -> None:
        async with opened(Settings.from_environment()) as database:
            await registration.set_state(database, process, state)

    run(work())
    click.echo(f"{process}: {state}", err=True)


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


def _lifetime(text: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,6})([mhd])", text)
    if match is None:
        raise Invalid(f"{text!r} is no lifetime.", hint="Write 30m, 12h or 90d.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
