"""The dispatcher: one service at a time for a subscription, and a slow listener delays no other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from customer_inventory.access.guard import Guard
from customer_inventory.access.ledger import Ledger
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.settings import Settings
from customer_inventory.record.event import subscription as subscriptions
from customer_inventory.record.event.dispatcher import Pace
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from customer_inventory.tmf.events import Events
from tests.conftest import issued
from tests.record.event.conftest import PERSON
from tests.record.event.listener import Listener, listening

SETTINGS = Settings(home=Path("unused"), callback_allow="127.0.0.0/8")
QUICK = Pace(subscriptions=0.1, idle=0.1, after_failure=0.1)


async def registered(database: Database, listener: Listener) -> str:
    await issued(database, "crm", "individual:read")
    made = await subscriptions.subscribe(
        database,
        actor=Actor("crm", "testing"),
        api="partyManagement",
        version=5,
        location="http://here",
        record_types=("individual",),
        callback=listener.callback,
        query=None,
        conditions=(),
        at=now(),
    )
    return made.id


async def make(database: Database, number: int) -> None:
    inventory, actor = Inventory(database), Actor("writer", "testing")
    await asyncio.gather(
        *(inventory.create(TYPES["individual"], PERSON, actor=actor) for _ in range(number))
    )


@asynccontextmanager
async def dispatching(database: Database) -> AsyncIterator[Events]:
    events = Events(
        database, Guard(database), Ledger(database), SETTINGS, "http://here", pace=QUICK
    )
    await events.start()
    try:
        yield events
    finally:
        await events.stop()


async def test_of_several_services_one_tells_and_another_goes_on(database: Database) -> None:
    async with listening() as listener, AsyncExitStack() as services:
        await registered(database, listener)
        async with dispatching(database):
            await make(database, 30)
            await listener.until(30)
            for _ in range(2):
                await services.enter_async_context(dispatching(database))
            await make(database, 30)
            await listener.until(60)
        await make(database, 30)
        await listener.until(90)
        await asyncio.sleep(0.5)
        assert len(listener.heard) == 90
        assert len({call.headers["webhook-id"] for call in listener.heard}) == 90


async def test_a_slow_listener_delays_no_other(database: Database) -> None:
    async with listening() as slow, listening() as quick, dispatching(database):
        slow.delay = 600
        await registered(database, slow)
        await registered(database, quick)
        await make(database, 50)
        await quick.until(50)
        assert slow.heard == []


async def test_a_replay_reaches_a_dispatcher_at_work(database: Database) -> None:
    async with listening() as listener, dispatching(database):
        subscription = await registered(database, listener)
        await make(database, 10)
        await listener.until(10)
        await subscriptions.replay(database, subscription, after=0)
        await listener.until(20)
        assert len({call.headers["webhook-id"] for call in listener.heard}) == 10


async def test_a_redirect_is_not_followed(database: Database) -> None:
    async with listening() as listener, listening() as elsewhere, dispatching(database):
        listener.answering = lambda path, event: 307
        listener.headers = f"location: {elsewhere.callback}\r\n"
        await registered(database, listener)
        await make(database, 1)
        async with asyncio.timeout(20):
            while (await subscriptions.standing(database))[0]["waiting"] == 0:
                await asyncio.sleep(0.05)
        assert elsewhere.heard == []
        assert (await subscriptions.standing(database))[0]["reason"] == "answered 307"


async def test_the_database_may_go_away_meanwhile(database: Database) -> None:
    async with listening() as listener, dispatching(database):
        await registered(database, listener)
        await make(database, 5)
        await listener.until(5)
        await database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        async with asyncio.timeout(20):
            while True:
                try:
                    await make(database, 5)
                    break
                except Exception:  # noqa: BLE001 - whatever a connection that was lost raises
                    await asyncio.sleep(0.1)
        async with asyncio.timeout(30):
            while True:
                told = await database.value("SELECT count(*) FROM record.outbox")
                if len({call.headers["webhook-id"] for call in listener.heard}) == told:
                    break
                await asyncio.sleep(0.1)
