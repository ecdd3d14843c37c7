"""The listener: it hears, it knows when it is deaf, and it hears again."""

from collections.abc import AsyncIterator

import pytest

from customer_inventory.store import database as database_module
from customer_inventory.store.database import Database, Listener
from customer_inventory.store.embedded import EmbeddedServer
from tests.store.eventually import end_connections, eventually

APPLICATION = "customer-inventory listen"


class Ear:
    """A listener on a channel, how often it heard, and whether it ever was deaf then."""

    def __init__(self, dsn: str) -> None:
        self.heard = 0
        self.was_deaf = False
        self.listener = Listener(dsn, "news", self._hear)

    def _hear(self) -> None:
        self.heard += 1
        self.was_deaf |= self.listener.deaf

    async def until_heard(self, times: int) -> None:
        async def has_heard() -> bool:
            return self.heard >= times

        await eventually(has_heard)

    async def until_it_listens(self) -> None:
        async def listens() -> bool:
            return not self.listener.deaf

        await eventually(listens)


@pytest.fixture
async def ear(dsn: str) -> AsyncIterator[Ear]:
    ear = Ear(dsn)
    await ear.listener.start()
    yield ear
    await ear.listener.stop()


async def test_it_hears_what_is_told(ear: Ear, database: Database) -> None:
    assert not ear.listener.deaf
    before = ear.heard
    await database.execute("SELECT pg_notify('news', '')")
    await ear.until_heard(before + 1)
    await database.execute("SELECT pg_notify('other', '')")
    assert not ear.listener.deaf


async def test_a_lost_connection_is_noticed_told_and_made_again(
    ear: Ear, database: Database, server: EmbeddedServer
) -> None:
    before = ear.heard
    ear.was_deaf = False
    await end_connections(server, "application_name = $1", APPLICATION)
    # Once for the loss, once for what may have been missed until now.
    await ear.until_heard(before + 2)
    assert ear.was_deaf
    await ear.until_it_listens()
    heard = ear.heard
    await database.execute("SELECT pg_notify('news', '')")
    await ear.until_heard(heard + 1)


async def test_a_silent_connection_is_asked_now_and_then(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_HEARTBEAT_SECONDS", 0.02)
    ear = Ear(dsn)
    await ear.listener.start()
    async with Database(dsn) as database:
        asked = (
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND query LIKE '%1'"
        )
        await eventually(lambda: database.value(asked, APPLICATION))
    assert not ear.listener.deaf
    await ear.listener.stop()


async def test_it_is_deaf_before_and_after(dsn: str) -> None:
    ear = Ear(dsn)
    assert ear.listener.deaf
    await ear.listener.start()
    assert not ear.listener.deaf
    before = ear.heard
    await ear.listener.stop()
    assert ear.listener.deaf
    assert ear.heard > before
