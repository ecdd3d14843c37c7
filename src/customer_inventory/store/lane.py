"""A lane: what arrives while a statement is under way leaves together in the next one.

Concurrent point reads become one `= ANY`, concurrent writes one statement and one
commit, access entries one row. Nothing waits for company: an idle lane sends at once.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

from customer_inventory.kit.errors import Conflict, Invalid, Unavailable

Item = TypeVar("Item")
Result = TypeVar("Result")
Tell = Callable[[Result | Exception], None]
"""Hears what came of an item."""


class Lane(Generic[Item, Result]):
    """Runs `run` over batches of at most `width` items, at most `tracks` batches at a time.

    `run` takes the items of a batch and returns a result for each, in order; a result that
    is an exception is raised to whoever submitted that item. When `run` raises Invalid or
    Conflict, each half of a batch of several is run again by itself, and so on, so that one bad
    item costs no other; any other failure (its outcome may be unknown) is told to all of them.
    Submitting to a lane with `limit` items waiting raises Unavailable at once. A submitter that
    is cancelled goes without its answer; its item is run all the same.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Item]], Awaitable[Sequence[Result | Exception]]],
        *,
        width: int = 128,
        tracks: int = 2,
        limit: int = 4096,
    ) -> None:
        self._run = run
        self._width = width
        self._tracks = tracks
        self._limit = limit
        self._waiting: deque[tuple[Item, Tell[Result]]] = deque()
        self._working = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def submit(self, item: Item) -> Result:
        """Run `item` with whatever else is waiting; return its result or raise its failure."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self.post(item, partial(_settle, future))
        return await future

    def post(self, item: Item, tell: "Tell[Result]") -> None:
        """Run `item` as `submit` does; `tell` is called with its result or failure.

        For callers that have no task to wait in. `tell` must not raise.
        """
        if len(self._waiting) >= self._limit:
            raise Unavailable("Too many requests are waiting.", hint="Try again in a second.")
        self._waiting.append((item, tell))
        if self._working < self._tracks:
            self._start()

    def _start(self) -> None:
        # A task starts in the next turn of the loop: all that came in this turn joins it.
        self._working += 1
        task = asyncio.create_task(self._work())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self) -> None:
        try:
            while self._waiting:
                count = min(len(self._waiting), self._width)
                await self._settle([self._waiting.popleft() for _ in range(count)])
        finally:
            # Counted here, where nothing can come between: a task is seen to be done a turn later,
            # and what was submitted in that turn would be left waiting.
            self._working -= 1

    async def _settle(self, batch: Sequence[tuple[Item, Tell[Result]]]) -> None:
        try:
            results = await self._run([item for item, _ in batch])
        except (Invalid, Conflict) as error:
            if len(batch) == 1:
                batch[0][1](error)
                return
            middle = len(batch) // 2
            await self._settle(batch[:middle])
            await self._settle(batch[middle:])
        except Exception as error:  # noqa: BLE001 - whatever it is, the submitters must hear it
            for _, tell in batch:
                tell(error)
        else:
            for (_, tell), result in zip(batch, results, strict=True):
                tell(result)


def _settle(future: "asyncio.Future[Result]", result: Result | Exception) -> None:
    if future.done():  # the submitter has gone
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
