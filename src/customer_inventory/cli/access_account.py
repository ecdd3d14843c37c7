"""`cinv access account` and `bootstrap`: who can sign in, and through which processes they act."""

from collections.abc import Awaitable, Callable
from typing import Any

import click

from customer_inventory.access.person import account as accounts
from customer_inventory.access.person import enrolment
from customer_inventory.access.person.sign_in import ENTRY_TYPE
from customer_inventory.cli.access_decision import account as account_here
from customer_inventory.cli.access_decision import changed
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Database


@click.command()
@click.argument("person")
@click.option("--name", required=True, help="What people call them.")
@click.option(
    "--recover", is_flag=True, help="There is one, and they are lost. Kept in the ledger."
)
def bootstrap(person: str, name: str, recover: bool) -> None:
    """Make the first administrator: print a link, good once and for 15 minutes, to enrol with.

    There is no default password. Refused while an administrator can sign in, unless --recover.

    \b
    Example:
      cinv access bootstrap ada --name "Ada Byron"
    """
    settings = Settings.from_environment()

    async def work(database: Database) -> str:
        return await enrolment.make_administrator(
            database, person, name=name, recover=recover, made_by=account_here()
        )

    _show_link(settings, _kept(work, "recover" if recover else "bootstrap", person))


@click.group()
def account() -> None:
    """People who can sign in."""


@account.command()
@click.argument("person")
@click.option("--name", required=True, help="What people call them.")
@click.option("--administrator", is_flag=True, help="They administer the inventory.")
def add(person: str, name: str, administrator: bool) -> None:
    """Give a person an account, or another name. They enrol by `invite`, or sign in by `link`.

    \b
    Example:
      cinv access account add rita --name "Rita Reader"
    """

    async def work(database: Database) -> None:
        await accounts.register(
            database,
            person,
            name=name,
            is_administrator=administrator,
            registered_by=account_here(),
        )

    _kept(work, "registerAccount", person)
    click.echo(f"{person}: registered", err=True)


@account.command()
@click.argument("person")
def invite(person: str) -> None:
    """Print a link, good once and for 15 minutes, to set password and second factor with.

    \b
    Example:
      cinv access account invite rita
    """
    settings = Settings.from_environment()

    async def work(database: Database) -> str:
        return await enrolment.invite(database, person, made_by=account_here())

    _show_link(settings, _kept(work, "inviteAccount", person))


@account.command()
@click.argument("person")
def disable(person: str) -> None:
    """Let a person sign in no more: their sessions and tokens end at once.

    \b
    Example:
      cinv access account disable rita
    """
    _kept(lambda database: accounts.disable(database, person), "disableAccount", person)
    click.echo(f"{person}: disabled", err=True)


@account.command()
@click.argument("person")
def enable(person: str) -> None:
    """Let a person who was disabled sign in again.

    \b
    Example:
      cinv access account enable rita
    """
    _kept(lambda database: accounts.enable(database, person), "enableAccount", person)
    click.echo(f"{person}: enabled", err=True)


@account.command()
@click.argument("person")
@click.option("--process", required=True, help="The registered process.")
def admit(person: str, process: str) -> None:
    """Let a person make tokens that act through a process.

    \b
    Example:
      cinv access account admit rita --process billing
    """

    async def work(database: Database) -> None:
        await accounts.admit(database, person, process, admitted_by=account_here())

    _kept(work, "admitAccount", person)
    click.echo(f"{person}: acts through {process}", err=True)


@account.command()
@click.argument("person")
@click.option("--process", required=True, help="The registered process.")
def dismiss(person: str, process: str) -> None:
    """Let a person act through a process no more: their tokens for it end at once.

    \b
    Example:
      cinv access account dismiss rita --process billing
    """
    _kept(lambda database: accounts.dismiss(database, person, process), "dismissAccount", person)
    click.echo(f"{person}: acts through {process} no more", err=True)


@account.command()
@click.argument("person")
@click.option("--issuer", required=True, help="The trusted issuer.")
@click.option("--subject", required=True, help="What it calls them (`sub`).")
def link(person: str, issuer: str, subject: str) -> None:
    """Let a person sign in at an OpenID provider.

    \b
    Example:
      cinv access account link rita --issuer https://login.example.com \\
        --subject qa06h0q9x2mrs6kz4c8v1tdw3e
    """

    async def work(database: Database) -> None:
        await accounts.link(
            database, person, issuer=issuer, subject=subject, linked_by=account_here()
        )

    _kept(work, "linkAccount", person)
    click.echo(f"{person}: signs in at {issuer}", err=True)


@account.command("list")
@output_option
def list_command(output: str) -> None:
    """List who can sign in, and through which processes they act."""

    async def work() -> None:
        async with opened(Settings.from_environment()) as database:
            rows = await accounts.accounts(database)
        told = [{**dict(row), "processes": list(row["processes"])} for row in rows]
        columns = ("person", "name", "state", "is_administrator", "processes", "sessions")
        show(told, output, columns=columns, empty="Nobody has an account: `cinv access bootstrap`.")

    run(work())


def _show_link(settings: Settings, secret: str) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    base = (settings.public_url or f"http://{host}:{settings.port}").rstrip("/")
    click.echo(f"{base}{enrolment.PATH}{secret}")
    click.echo("good once, for 15 minutes, where the inventory is served", err=True)


def _kept(work: Callable[[Database], Awaitable[Any]], what: str, person: str) -> Any:
    """Return what is done to an account at this terminal, with its ledger entry."""
    return changed(work, what, ENTRY_TYPE, about=f"account {person}")
