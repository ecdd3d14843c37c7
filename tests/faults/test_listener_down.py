"""A listener down for an hour of simulated time, dispatcher killed -9 at random, writers at work.

Afterwards the set of events delivered is the set committed, and each record's came in order.
"""

import asyncio
import contextlib
import random
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.record.event import outbox
from customer_inventory.record.event import subscription as subscriptions
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests.conftest import PROFILE, issued
from tests.record.event.listener import Listener

FACTOR, WRITERS, PAUSE = {"ci": (600.0, 6, 0.1), "long": (60.0, 20, 0.05)}[PROFILE]
HOUR = 3600.0
SEED = 20261125
PERSON = {"givenName": "Ada", "familyName": "Byron"}
ROOT = Path(__file__).parents[2]


class Away:
    """A listener whose socket is there or not."""

    def __init__(self) -> None:
        self.listener = Listener()
        self._server: asyncio.Server | None = None

    async def come(self) -> None:
        self._server = await asyncio.start_server(
            self.listener.serve, "127.0.0.1", self.listener.port
        )
        self.listener.port = self._server.sockets[0].getsockname()[1]

    async def go(self) -> None:
        assert self._server is not None
        self._server.close()
        # Connections that are still open are cut in the middle of whatever they do.
        self.listener.answering = lambda path, event: 0

    async def come_back(self) -> None:
        self.listener.answering = lambda path, event: 204
        await self.come()


@pytest.fixture
async def away() -> AsyncIterator[Away]:
    away = Away()
    await away.come()
    yield away
    assert away._server is not None
    away._server.close()


async def test_what_is_delivered_is_what_was_committed(
    dsn: str, database: Database, away: Away
) -> None:
    chance, start = random.Random(SEED), time.time()
    await issued(database, "crm", "individual:read", purpose="testing")
    await subscriptions.subscribe(
        database,
        actor=Actor("crm", "testing"),
        api="partyManagement",
        version=5,
        location="http://here/tmf-api/partyManagement/v5",
        record_types=("individual",),
        callback=away.listener.callback,
        query=None,
        conditions=(),
        at=now(),
    )
    stop = asyncio.Event()
    writing = [asyncio.create_task(write(database, random.Random(n), stop)) for n in range(WRITERS)]
    killing = asyncio.create_task(kill_again_and_again(dsn, start, chance, stop))
    await away.listener.until(20, within=60)
    await away.go()
    heard = len(away.listener.taken)
    await asyncio.sleep(HOUR / FACTOR)
    assert len(away.listener.taken) == heard
    await away.come_back()
    await away.listener.until(heard + 100, within=120)
    stop.set()
    await asyncio.gather(*writing)
    kills = await killing
    await check_all_told(dsn, start, database, away.listener)
    assert kills >= 2


async def write(database: Database, chance: random.Random, stop: asyncio.Event) -> None:
    """Make people, change them, remove them."""
    inventory, individual = Inventory(database), TYPES["individual"]
    actor, mine = Actor("writer", "testing"), []
    while not stop.is_set():
        what = chance.random()
        if not mine or what < 0.3:
            mine.append((await inventory.create(individual, PERSON, actor=actor)).id)
        elif what < 0.95:
            place = str(chance.random())
            await inventory.change(
                individual,
                chance.choice(mine),
                lambda old, place=place: {**old, "location": place},
                actor=actor,
            )
        else:
            await inventory.remove(individual, mine.pop(), actor=actor)
        await asyncio.sleep(chance.uniform(0, PAUSE))


async def kill_again_and_again(
    dsn: str, start: float, chance: random.Random, stop: asyncio.Event
) -> int:
    """Start the dispatcher and kill it, at random, until it is over; return how often."""
    kills = 0
    while not stop.is_set():
        process = await dispatching(dsn, start)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(chance.uniform(2.0, 5.0)):
                await stop.wait()
        assert process.returncode is None, "the dispatcher ended by itself"
        process.kill()
        await process.wait()
        kills += 1
    return kills


async def dispatching(dsn: str, start: float) -> asyncio.subprocess.Process:
    """Start a dispatcher and return once it dispatches, so that a busy machine kills no later."""
    words = (sys.executable, "-m", "tests.faults.dispatching", dsn, str(start), str(FACTOR))
    process = await asyncio.create_subprocess_exec(*words, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"dispatching\n"
    return process


async def check_all_told(dsn: str, start: float, database: Database, listener: Listener) -> None:
    """Let a last dispatcher finish; then compare, event by event."""
    committed = await outbox.latest(database, 1_000_000)
    wanted = {told.event_id for told in committed}
    process = await dispatching(dsn, start)
    try:
        async with asyncio.timeout(120):
            while {call.headers["webhook-id"] for call in listener.taken} < wanted:
                await asyncio.sleep(0.1)
    finally:
        process.kill()
        await process.wait()
    first_heard = list(dict.fromkeys(call.headers["webhook-id"] for call in listener.taken))
    assert set(first_heard) == wanted
    revision_of = {told.event_id: (told.id, told.revision) for told in committed}
    by_record: dict[str, list[int]] = defaultdict(list)
    for event_id in first_heard:
        identifier, revision = revision_of[event_id]
        by_record[identifier].append(revision)
    assert all(revisions == sorted(revisions) for revisions in by_record.values())
    assert len(committed) > 200
