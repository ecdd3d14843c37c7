"""Inventories of their own, each with a server and a vault that tests may destroy."""

import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from customer_inventory.cli.running import prepare
from customer_inventory.facilities.backup.catalogue import Folder
from customer_inventory.facilities.backup.sealing import Seal
from customer_inventory.facilities.backup.vault import Vault, vault_of
from customer_inventory.holding import eraser_of
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.settings import Settings
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.subject.notes import take_notes
from customer_inventory.record.types import named
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer
from tests.store.embedded.conftest import passable_folder

BY = Actor("test", "testing", "tester")


@dataclass(frozen=True)
class Kept:
    """An inventory in a home of its own, with a vault beside it."""

    settings: Settings

    @property
    def server(self) -> EmbeddedServer:
        return EmbeddedServer(self.settings.home)

    @property
    def vault(self) -> Vault:
        return vault_of(self.settings)

    @property
    def data(self) -> Path:
        data = self.server.status().data
        assert data is not None
        return data

    async def put_right(self, dsn: str, lines: list[bytes]) -> int:
        """Erase again, as the command does."""
        async with Database(dsn) as database:
            await take_notes(database, lines)
            return len(await eraser_of(database, self.settings).replay(actor=BY))

    async def names(self) -> set[str]:
        """Return the given names of all individuals there are."""
        with self.server.running() as dsn:
            async with Database(dsn) as database:
                rows = await database.fetch(
                    f"SELECT body ->> 'givenName' AS name FROM record.{named('individual').table}"
                )
                return {row["name"] for row in rows}


async def person(database: Database, name: str) -> str:
    """Make an individual of a given name; return its id once that is acknowledged."""
    made = await Inventory(database).create(
        named("individual"),
        {"@type": "Individual", "givenName": name, "familyName": "Tester"},
        actor=BY,
    )
    return str(made.id)


@pytest.fixture(scope="session")
async def made() -> AsyncIterator[Path]:
    """A home whose database is up to date; its server is stopped."""
    with passable_folder() as folder:
        server = EmbeddedServer(folder / "home")
        with server.running() as dsn:
            await prepare(dsn)
        yield folder / "home"


@pytest.fixture
def kept(made: Path) -> Iterator[Kept]:
    """An inventory with nothing in it and no backup yet."""
    with passable_folder() as folder:
        subprocess.run(["cp", "-a", made, folder / "home"], check=True)
        yield Kept(Settings(home=folder / "home", backup=folder / "backups"))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder for backups, with nothing in it."""
    return Folder(tmp_path / "backups").made()


@pytest.fixture
def seal() -> Seal:
    """A seal of its own."""
    return Seal(bytes(range(32)))
