"""The one queue of jobs: work that outlasts a request, or that a room above must do.

A room registers handlers by name (`room.verb`), `app` wires them; whoever has work for a
room it may not import enqueues a job of that name. Every job acts for the process that
asked for it. The queue is PgQueuer's, in the same database; a job that fails is held there,
one that is broken off is done again from its beginning.

What touches the library is in `queue`, imported by whoever has work for it: it takes a third of a
second to load, and most commands have none.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.current import Current, current
from customer_inventory.kit.errors import InventoryError
from customer_inventory.record.document import encode, parse_object
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

if TYPE_CHECKING:
    from pgqueuer import PgQueuer
    from pgqueuer.models import Job, Schedule

log = logging.getLogger(__name__)

Handler = Callable[[Mapping[str, Any], Actor], Awaitable[None]]

SQL = beside(__name__)

_ONE_INSTALLER = 0x6A6F62  # "job": the advisory lock that lets one installer work at a time
_POLL = timedelta(seconds=30)
_RETRY_SECONDS = 2.0


async def install(database: Database) -> None:
    """Make the tables of the queue, or bring them up to date."""
    from customer_inventory.record.queue import queries_of  # noqa: PLC0415 - see above

    async with database.session() as connection:
        await connection.execute(SQL.lock_queue, _ONE_INSTALLER)
        queries = queries_of(connection)
        if await queries.schema_is_installed():
            await queries.apply_upgrade()
        else:
            await queries.install()


async def enqueue(
    database: Database,
    name: str,
    payload: Mapping[str, Any],
    *,
    actor: Actor,
    once: str | None = None,
) -> None:
    """Put a job in the queue; with `once`, only if none of that key is waiting."""
    from customer_inventory.record.queue import queries_of  # noqa: PLC0415 - see above

    body = encode(
        {
            "payload": payload,
            "process": actor.process,
            "purpose": actor.purpose,
            "person": actor.person,
        }
    )
    async with database.session() as connection:
        await queries_of(connection).enqueue(name, body, dedupe_key=once, on_conflict="skip")


async def standing(database: Database) -> Row:
    """Return how the queue is: due and `waiting`, since when (`oldest`), `running`, `failed`."""
    row = await database.row(SQL.queue_standing)
    assert row is not None  # noqa: S101 - an aggregate always has a row
    return row


async def standing_by_name(database: Database) -> Sequence[Row]:
    """Return how it goes with the jobs of each name that are in the queue: rows.

    For how many seconds the oldest that is due `waits`, for how many one that was begun has been
    `silent` (0: none is), how many have `failed` and are held.
    """
    return await database.fetch(SQL.queue_by_name)


class Jobs:
    """Runs the handlers of jobs as they come, and enqueues what is due by schedule.

    `around` makes of the name and handler of a job what does it: for whoever watches them.
    """

    def __init__(
        self, database: Database, around: Callable[[str, Handler], Handler] = lambda _, do: do
    ) -> None:
        self._database = database
        self._around = around
        self._handlers: dict[str, Handler] = {}
        self._schedules: dict[str, tuple[str, Actor]] = {}
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    def handle(self, name: str, handler: Handler) -> None:
        """Let `handler` do the jobs called `name`."""
        self._handlers[name] = handler

    def every(self, expression: str, name: str, *, actor: Actor) -> None:
        """Do the job `name` whenever the cron `expression` (UTC) says so, as `actor`."""
        self._schedules[name] = (expression, actor)

    def start(self) -> None:
        """Work from now on."""
        self._stopping.clear()
        self._task = asyncio.create_task(self._work_for_ever(), name="work on jobs")

    async def stop(self) -> None:
        """Stop; jobs under way are broken off, and taken up again by the next worker."""
        self._stopping.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _work_for_ever(self) -> None:
        from customer_inventory.record.queue import worker_of  # noqa: PLC0415 - see above

        while True:
            try:
                async with worker_of(self._database) as worker:
                    self._wire(worker)
                    await worker.run(dequeue_timeout=_POLL, shutdown_on_listener_failure=True)
            except InventoryError as error:
                log.warning("jobs wait for the database: %s", error)
            except Exception:
                log.exception("the job worker failed and is started again")
            await asyncio.sleep(_RETRY_SECONDS)

    def _wire(self, worker: "PgQueuer") -> None:
        for name, handler in self._handlers.items():
            doing = self._doing(name, self._around(name, handler))
            worker.entrypoint(name, on_failure="hold")(doing)
        for name, (expression, actor) in self._schedules.items():
            worker.schedule(name, expression)(self._enqueuing(name, actor))

    def _enqueuing(self, name: str, actor: Actor) -> "Callable[[Schedule], Awaitable[None]]":
        async def due(_: "Schedule") -> None:
            await enqueue(self._database, name, {}, actor=actor, once=name)

        return due

    def _doing(self, name: str, handler: Handler) -> "Callable[[Job], Awaitable[None]]":
        from customer_inventory.record.queue import RetryRequested  # noqa: PLC0415 - see above

        async def do(job: "Job") -> None:
            told = parse_object(job.payload or b"{}")
            actor = Actor(told["process"], told["purpose"], told["person"])
            current.set(Current(actor.process, job=name))
            work = asyncio.ensure_future(handler(told["payload"], actor))
            stopped = asyncio.ensure_future(self._stopping.wait())
            try:
                await asyncio.wait((work, stopped), return_when=asyncio.FIRST_COMPLETED)
                if not work.done():
                    # The queue would wait for it without end, or forget it when it is cancelled.
                    work.cancel()
                    await asyncio.wait((work,))
                    raise RetryRequested(reason="the worker was stopped")
                work.result()
            finally:
                work.cancel()
                stopped.cancel()

        return do
