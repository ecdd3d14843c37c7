"""`cinv demo`: believable customers, to try the product and to measure it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import click

from customer_inventory.access import sandbox
from customer_inventory.access.grant.people import register_capacity
from customer_inventory.access.house import operator
from customer_inventory.access.operation import Operation
from customer_inventory.access.person import account as accounts
from customer_inventory.access.person.enrolment import PATH, invite
from customer_inventory.access.registration import EVERY_TYPE, Permission, issue_token, register
from customer_inventory.capture.importing import import_file
from customer_inventory.cli.capture import progress
from customer_inventory.cli.running import opened, run
from customer_inventory.cli.serve import serve_until_stopped
from customer_inventory.demo.generate import lines
from customer_inventory.demo.role import ROLES, register_roles
from customer_inventory.kit.settings import Settings
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.read import Query
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from customer_inventory.store.where import Term

_PROCESS = "demo"
_PURPOSE = "demonstration"
_LINES_A_WRITE = 1000


@click.group()
def demo() -> None:
    """Believable customers of several countries, made up, the same for the same seed."""


_customers = click.option(
    "--customers",
    default=1000,
    show_default=True,
    type=click.IntRange(0),
    help="How many; each brings about ten records.",
)
_seed = click.option("--seed", default=1, show_default=True, type=int, help="What to draw from.")


@demo.command("generate")
@_customers
@_seed
@click.option("--first", default=0, type=click.IntRange(0), help="Number of the first customer.")
@click.option("-f", "--file", default="-", type=click.File("wb"), help="Where to; - is stdout.")
def generate_command(customers: int, seed: int, first: int, file: BinaryIO) -> None:
    """Make customers with all that hangs on them, as NDJSON of TM Forum v5 documents.

    \b
    Example:
      cinv demo generate --customers 1000 --seed 7 -f customers.ndjson
      cinv capture import customers.ndjson --mapping records
    """
    _write(file, lines(customers, seed=seed, first=first))


@demo.command("serve")
@_customers
@_seed
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one.")
def serve_command(customers: int, seed: int, port: int | None) -> None:
    """Load made-up customers (once), then serve them; print base address and a token.

    Of the console it prints a link for each role: whoever opens it sets password and
    authenticator, and signs in as that.

    \b
    Example:
      cinv demo serve --port 8080 --customers 1000
    """
    settings = Settings.from_environment()
    settings = replace(settings, port=settings.port if port is None else port)
    run(_demonstrate(settings, customers, seed))


async def _demonstrate(settings: Settings, customers: int, seed: int) -> None:
    async with opened(settings) as database:
        await sandbox.declare(database, declared_by=operator().person or operator().process)
        await _load(database, customers, seed)
        await register(
            database,
            _PROCESS,
            name="Demonstration",
            owner="whoever started it",
            permissions=[Permission(EVERY_TYPE, tuple(Operation), _PURPOSE)],
            registered_by=operator().process,
        )
        people = await _people(database)
        token = await issue_token(database, _PROCESS, purpose=_PURPOSE, lifetime=timedelta(days=1))
        example = await _example(Inventory(database))

        def ready(base: str) -> None:
            click.echo(f"base: {base}")
            click.echo(f"token: {token.secret}")
            click.echo(f"docs: {base}/docs")
            if example:
                click.echo(f"example: {base}/tmf-api/customer360/v5/customer360/{example}")
            click.echo(f"console: {base}/")
            for person, path in people.items():
                click.echo(f"  {person}: {base}{path}")

        await serve_until_stopped(settings, ready)


async def _people(database: Database) -> dict[str, str]:
    """Register a person for each role of the console; return the links with which they enrol.

    Who has enrolled already is named with the page on which they sign in.
    """
    by = operator().process
    await register_roles(database, registered_by=by)
    links = {}
    for role in ROLES:
        await accounts.register(database, role.person, name=role.person_name, registered_by=by)
        await accounts.admit(database, role.person, role.process, admitted_by=by)
        for capacity in role.capacities:
            await register_capacity(database, role.person, capacity, registered_by=by)
        known = await accounts.find(database, role.person)
        named = f"{role.person} ({role.name})"
        if known is not None and known.state == "invited":
            links[named] = f"{PATH}{await invite(database, role.person, made_by=by)}"
        else:
            links[named] = "/sign-in"
    return links


async def _load(database: Database, customers: int, seed: int) -> None:
    """Load what is missing of the first `customers` customers; a second time, nothing is."""
    held = await Inventory(database).page(TYPES["customer"], Query(limit=0))
    if held.total >= customers:
        return
    with TemporaryDirectory(prefix="cinv-demo-") as folder:
        # The name tells what the file holds: a load that was cut short goes on by it.
        file = Path(folder) / f"demo-{seed}-{customers}.ndjson"
        with file.open("wb") as target:
            _write(target, lines(customers, seed=seed))
        with progress("loading demo customers") as tell:
            await import_file(database, file, "records", actor=operator(), progress=tell)


async def _example(inventory: Inventory) -> str | None:
    """Return the id of a customer worth looking at: one that is active."""
    for terms in ((Term("status", "eq", ("active", "approved")),), ()):
        page = await inventory.page(TYPES["customer"], Query(terms=terms, limit=1))
        if page.records:
            return page.records[0].id
    return None


def _write(target: BinaryIO, content: Iterable[bytes]) -> None:
    batch = []
    for line in content:
        batch.append(line)
        if len(batch) == _LINES_A_WRITE:
            target.write(b"".join(batch))
            batch.clear()
    target.write(b"".join(batch))
