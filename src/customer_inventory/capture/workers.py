"""Worker processes: chunks made ready in parallel, handed on in the order of the file."""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from customer_inventory.capture.mapping import Mapping, parse_mapping
from customer_inventory.capture.reading import Chunk
from customer_inventory.capture.work import Work, Worker
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Unavailable

_AHEAD = 2
"""So many chunks more than there are workers are under way: the memory a load takes."""


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


async def worked(
    chunks: Iterator[Chunk],
    mapping: Mapping,
    header: Sequence[str],
    actor: Actor,
    *,
    workers: int,
) -> AsyncGenerator[tuple[Chunk, Work], None]:
    """Yield each chunk with what was made of it, in order.

    With no `workers` the work is done in a thread of this process. Raises Unavailable when a
    worker process dies. Close the iterator to stop.
    """
    executor, work = _executor(mapping, header, actor, workers)
    loop = asyncio.get_running_loop()
    under_way: deque[tuple[Chunk, asyncio.Future[Work]]] = deque()
    try:
        while True:
            while len(under_way) < workers + _AHEAD:
                chunk = await asyncio.to_thread(next, chunks, None)
                if chunk is None:
                    break
                under_way.append((chunk, loop.run_in_executor(executor, work, chunk)))
            if not under_way:
                return
            chunk, future = under_way.popleft()
            yield chunk, await future
    except BrokenProcessPool:
        raise Unavailable(
            "A worker process ended.", hint="Was memory short? Run it again: it goes on from here."
        ) from None
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def _executor(
    mapping: Mapping, header: Sequence[str], actor: Actor, workers: int
) -> tuple[Executor, Callable[[Chunk], Work]]:
    if not workers:
        return ThreadPoolExecutor(1, "capture"), Worker(mapping, header, actor)
    pool = ProcessPoolExecutor(
        workers,
        # Spawned, never forked: this process has threads and connections.
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        # A mapping is compiled into closures, which no process can hand to another: the text can.
        initargs=(mapping.text, mapping.name, tuple(header), actor),
    )
    return pool, _work


_worker: Worker


def _begin(text: str, name: str, header: Sequence[str], actor: Actor) -> None:
    """Make this process a worker of one load."""
    global _worker  # noqa: PLW0603 - a process has one load, and a pool no other way to tell it
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started us stops us
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker = Worker(parse_mapping(text, name), header, actor)


def _end_with_parent() -> None:
    """End this process when the one that started it was killed: nobody else would."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(chunk: Chunk) -> Work:
    return _worker(chunk)
