"""How a command enters the asynchronous house, once: settings, database, event loop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from customer_inventory.access.house import PROCESS, PURPOSE, register_house
from customer_inventory.facilities.repository import catalogue
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.settings import Settings
from customer_inventory.record import job
from customer_inventory.record.register.keeping import enforce
from customer_inventory.requirements.starter.installing import install
from customer_inventory.store import migrate
from customer_inventory.store.database import Database
from customer_inventory.store.locate import located
from customer_inventory.store.wall import raise_wall

Result = TypeVar("Result")


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run `work` to its end on the fast event loop, where there is one."""
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return asyncio.run(work)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """Lend the inventory's database, started if it is ours and brought up to date if it is new."""
    async with located(settings) as dsn:
        if await migrate.pending(dsn):
            await prepare(dsn)
        async with Database(dsn) as database:
            await enforce(database)
            yield database


async def prepare(dsn: str) -> list[migrate.Step]:
    """Bring the database up to date: tables, queue, our process, register, catalogue, wall."""
    steps = await migrate.apply(dsn)
    async with Database(dsn) as database:
        await job.install(database)
        await register_house(database)
        await install(database, actor=Actor(PROCESS, PURPOSE))
        await catalogue.install(database, actor=Actor(PROCESS, PURPOSE))
    await raise_wall(dsn)
    return steps


def quietly(work: Coroutine[Any, Any, Result]) -> Result:
    """Run `work`; an interrupt from the keyboard ends it without a traceback."""
    with contextlib.suppress(KeyboardInterrupt):
        return run(work)
    raise SystemExit(130)
