"""The command line, called as people call it, and a database with something in it."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest

from customer_inventory.cli.root import main
from customer_inventory.kit.actor import Actor
from customer_inventory.record.finding import check_references
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.types import named
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer
from tests.conftest import _created, issued
from tests.tmf.bodies import BODIES, party, related

Result = TypeVar("Result")

_numbers = itertools.count()


@dataclass(frozen=True)
class Outcome:
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


Cinv = Callable[..., Outcome]


@pytest.fixture
def cinv(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Cinv:
    """Call `cinv` with arguments, against the database of `database_url`, in a home of its own."""
    monkeypatch.setenv("CINV_HOME", str(tmp_path / "home"))

    def call(*arguments: str, database_url: str = "", **environment: str) -> Outcome:
        monkeypatch.setattr("sys.argv", ["cinv", *arguments])
        monkeypatch.setenv("CINV_DATABASE_URL", database_url)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Outcome(int(left.value.code or 0), out, err)

    return call


@pytest.fixture
def here(cinv: Cinv, dsn: str) -> Cinv:
    """Call `cinv` against a fresh database."""
    return lambda *arguments, **more: cinv(*arguments, database_url=dsn, **more)


@dataclass(frozen=True)
class Stock:
    """A database that others only read, and the ids of what is in it."""

    dsn: str
    person: str
    customer: str
    account: str


@pytest.fixture(scope="module")
async def stock(server: EmbeddedServer, template: str) -> AsyncIterator[Stock]:
    """A customer with a person and an account, a process, something observed and found."""
    name = f"cinv_stock_{os.getpid()}_{next(_numbers)}"
    dsn = await _created(server, name, template)
    async with Database(dsn) as database:
        yield await _filled(database)
    connection = await asyncpg.connect(server.superuser_dsn)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


async def _filled(database: Database) -> Stock:
    inventory, actor = Inventory(database), Actor("tests", "testing", "a tester")

    async def make(kind: str, **changes: Any) -> str:
        body = {**BODIES[kind], **changes}
        return (await inventory.create(named(kind), body, actor=actor)).id

    person = await make("individual", nickname='Countess, of "computing"')
    customer = await make("customer", engagedParty=party(person), name="Ada Lovelace é")
    owner = [related(customer, kind="Customer")]
    account = await make("billingAccount", relatedParty=owner, name="Monthly, by e-mail")
    await make("agreement")  # refers to a party that is not there
    await inventory.change(
        named("customer"), customer, lambda old: {**old, "status": "suspended"}, actor=actor
    )
    await inventory.observations.keep()
    await check_references(database)
    await issued(database, "billing", "customer:read", "billingAccount:read,update")
    return Stock(database.dsn, person, customer, account)


@pytest.fixture
def stocked(cinv: Cinv, stock: Stock) -> Cinv:
    """Call `cinv` against the database that others only read."""
    return lambda *arguments, **more: cinv(*arguments, database_url=stock.dsn, **more)


def asked(dsn: str, statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement, asked aside."""

    async def ask() -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(dsn)
        rows = await connection.fetch(statement, *arguments)
        await connection.close()
        return [tuple(row) for row in rows]

    return _run(ask())


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    with asyncio.Runner() as runner:
        return runner.run(work)
