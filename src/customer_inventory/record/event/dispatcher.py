"""The dispatcher: a courier for each subscription, and one service at a time for each.

Several services may run. Whoever holds the advisory lock of a subscription tells it; the lock
hangs on a connection, so a service that dies gives it up at once, and the next one goes on from
what was kept. Taking over raises the fence, so that a service which lost its connection without
noticing can keep nothing any more. Couriers run side by side: a slow listener delays no other.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass

from customer_inventory.kit.errors import InventoryError
from customer_inventory.record.event import subscription as subscriptions
from customer_inventory.record.event.courier import Courier, Surroundings
from customer_inventory.record.event.outbox import Horizon
from customer_inventory.record.event.progress import Replaced
from customer_inventory.record.event.sending import Sender
from customer_inventory.record.event.subscription import Subscription
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.sql import beside

log = logging.getLogger(__name__)

SQL = beside(__name__)

_LOCKS = 0x65766E74  # "evnt": the class of advisory locks of subscriptions


@dataclass(frozen=True, slots=True)
class Pace:
    """How often, in seconds: subscriptions are looked through, and the outbox looked at.

    `ending` is how long a stop waits for rounds under way.
    """

    subscriptions: float = 1.0
    busy: float = 0.05
    idle: float = 0.5
    after_failure: float = 1.0
    ending: float = 3.0


@dataclass(frozen=True, slots=True)
class _Telling:
    """A subscription that is told here, and the task that does it."""

    subscription: Subscription
    task: asyncio.Task[None]


class Dispatcher:
    """Tells every subscription that no other service tells."""

    def __init__(
        self,
        database: Database,
        around: Surroundings,
        sender_for: Callable[[Subscription], Sender | None],
        *,
        pace: Pace | None = None,
    ) -> None:
        self._database = database
        self._around = around
        self._sender_for = sender_for
        self._pace = pace or Pace()
        self._horizon = Horizon(database)
        self._told: dict[str, _Telling] = {}
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        """Dispatch from now on."""
        self._stopping = False
        self._task = asyncio.create_task(self._dispatch_for_ever(), name="dispatch events")

    async def stop(self) -> None:
        """Stop once rounds under way are over; what takes long is broken off, and sent again."""
        self._stopping = True
        tasks = [telling.task for telling in self._told.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=self._pace.ending)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _dispatch_for_ever(self) -> None:
        while True:
            try:
                async with self._database.session() as locks, asyncio.TaskGroup() as group:
                    group.create_task(self._watch_outbox(), name="watch the outbox")
                    await self._dispatch(locks)
            except* InventoryError:
                log.warning("events wait for the database")
            except* Exception as failures:  # noqa: BLE001 - events must go on
                kinds = {type(error).__name__ for error in failures.exceptions}
                log.error("the dispatcher begins again after %s", ", ".join(kinds))  # noqa: TRY400
            await asyncio.sleep(self._pace.after_failure)

    async def _dispatch(self, locks: Connection) -> None:
        """Look through the subscriptions for ever: begin to tell, end telling."""
        try:
            while True:
                wanted = {one.id: one for one in await subscriptions.active(self._database)}
                for identifier, telling in list(self._told.items()):
                    if _is_over(telling, wanted.get(identifier)):
                        await self._end(locks, identifier)
                for identifier, one in wanted.items():
                    if identifier not in self._told and not self._stopping:
                        await self._begin(locks, one)
                # A connection that was lost without a word shows here, and the locks with it.
                await locks.execute("SELECT 1", timeout=10)
                await asyncio.sleep(self._pace.subscriptions)
        finally:
            for telling in self._told.values():
                telling.task.cancel()
            await asyncio.gather(
                *(telling.task for telling in self._told.values()), return_exceptions=True
            )
            self._told.clear()

    async def _begin(self, locks: Connection, one: Subscription) -> None:
        if not await locks.fetchval(SQL.lock_subscription, _LOCKS, one.number):
            return
        taken = await subscriptions.take_over(self._database, one.id)
        sender = self._sender_for(taken) if taken is not None else None
        if taken is None or sender is None:
            await locks.execute(SQL.unlock_subscription, _LOCKS, one.number)
            return
        courier = Courier(self._database, taken, self._horizon, sender, self._around)
        task = asyncio.create_task(self._tell_for_ever(courier), name=f"tell {one.id}")
        self._told[one.id] = _Telling(taken, task)

    async def _end(self, locks: Connection, identifier: str) -> None:
        telling = self._told.pop(identifier)
        telling.task.cancel()
        await asyncio.gather(telling.task, return_exceptions=True)
        await locks.execute(SQL.unlock_subscription, _LOCKS, telling.subscription.number)

    async def _tell_for_ever(self, courier: Courier) -> None:
        try:
            while not self._stopping:
                seen = self._horizon.seq
                try:
                    if await courier.round():
                        continue
                except Replaced:
                    return
                except InventoryError:
                    await asyncio.sleep(self._pace.after_failure)
                    continue
                except Exception as error:  # noqa: BLE001 - one courier's fault stops no other
                    # The text of the failure may quote a record.
                    kind = type(error).__name__
                    log.error("telling a subscription failed: %s", kind)  # noqa: TRY400
                    await asyncio.sleep(self._pace.after_failure)
                    continue
                await self._horizon.beyond(seen, within=self._pace.idle)
        finally:
            with contextlib.suppress(Exception):
                await courier.close()

    async def _watch_outbox(self) -> None:
        """Look at the outbox: often while much happens, less and less often while nothing does."""
        pause = self._pace.busy
        while True:
            before = self._horizon.seq
            if self._told:
                await self._horizon.look()
            moved = self._horizon.seq > before or self._horizon.is_waiting
            pause = self._pace.busy if moved else min(pause * 1.5, self._pace.idle)
            await asyncio.sleep(pause)


def _is_over(telling: _Telling, wanted: Subscription | None) -> bool:
    """Tell whether a subscription is gone, was set anew, or its courier has stopped."""
    if wanted is None or telling.task.done():
        return True
    return wanted.fence != telling.subscription.fence
