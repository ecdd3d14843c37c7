"""Worker processes: chunks made ready in parallel, handed on in the order of the file.

A worker is a process of its own with one socket to this one: a chunk goes in, its work comes
out, megabytes at a time (through the pipes of `multiprocessing` they take ten times the
processor time). A worker ends when its socket does, however this process went.
"""

import asyncio
import gc
import multiprocessing
import os
import pickle
import signal
import socket
import struct
from collections import deque
from collections.abc import AsyncGenerator, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from multiprocessing.context import SpawnProcess
from typing import Any, Protocol

from customer_inventory.capture.mapping import Mapping, parse_mapping
from customer_inventory.capture.reading import Chunk
from customer_inventory.capture.standing import Sieve
from customer_inventory.capture.work import Work, Worker
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.cycles import seldom_looked_for
from customer_inventory.kit.errors import Unavailable
from customer_inventory.record.extension.registry import Extension
from customer_inventory.record.register.edition import Edition, in_force
from customer_inventory.record.register.force import put_in_force

_AHEAD = 2
"""So many chunks more than there are workers are under way: the memory that a load takes."""
_SMALL = 262_144
"""Of a chunk that has no more bytes than this left, the work is done here: a worker that is not
needed is never started."""
_COLLECTED = 16
"""After so many chunks cycles are looked for: only failures leave any."""
_LENGTH = struct.Struct("!Q")
_SOCKET_BUFFER = 1_048_576


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
    extensions: Sequence[Extension] = (),
    sieve: Sieve | None = None,
) -> AsyncGenerator[tuple[Chunk, Work], None]:
    """Yield each chunk with what was made of it, in order; `extensions` check documents too.

    With no `workers` the work is done in a thread of this process. What `sieve` finds to stand is
    not worked on. Raises Unavailable when a worker process ends. Close the generator to stop.
    """
    here = _Thread(mapping, header, actor, extensions)
    staff = [_Process(mapping, header, actor, extensions) for _ in range(workers)]
    under_way: deque[tuple[Chunk, asyncio.Task[Work]]] = deque()
    turn = 0
    try:
        with seldom_looked_for():
            while True:
                while len(under_way) < workers + _AHEAD:
                    chunk = await asyncio.to_thread(next, chunks, None)
                    if chunk is None:
                        break
                    by = staff[turn % len(staff)] if staff else here
                    task = asyncio.create_task(_work(by, here, chunk, sieve))
                    under_way.append((chunk, task))
                    turn += 1
                if not under_way:
                    return
                chunk, task = under_way.popleft()
                yield chunk, await task
    finally:
        for _, task in under_way:
            task.cancel()
        await asyncio.gather(*(task for _, task in under_way), return_exceptions=True)
        for each in staff:
            each.end()
        if isinstance(chunks, Generator):
            with suppress(ValueError):  # a thread may be reading on just now
                chunks.close()


class _Staff(Protocol):
    async def work(self, chunk: Chunk) -> Work:
        """Return `chunk` made ready; chunks are taken in the order of the calls."""

    def end(self) -> None:
        """Work no more."""


async def _work(by: _Staff, here: _Staff, chunk: Chunk, sieve: Sieve | None) -> Work:
    if sieve is None:
        return await by.work(chunk)
    rest, standing = await sieve.sift(chunk)
    is_small = standing.rows and len(rest.text) <= _SMALL
    work = await (here if is_small else by).work(rest)
    return replace(work, rows=work.rows + standing.rows, standing=standing)


class _Thread:
    """Works in a thread of this process: for files that are read before a process starts."""

    def __init__(
        self,
        mapping: Mapping,
        header: Sequence[str],
        actor: Actor,
        extensions: Sequence[Extension],
    ) -> None:
        self._worker = Worker(mapping, header, actor, extensions)

    async def work(self, chunk: Chunk) -> Work:
        return await asyncio.to_thread(self._worker, chunk)

    def end(self) -> None: ...


class _Process:
    """Works in a process of its own, which starts with the first chunk."""

    def __init__(
        self,
        mapping: Mapping,
        header: Sequence[str],
        actor: Actor,
        extensions: Sequence[Extension],
    ) -> None:
        # A mapping is compiled into closures, which go nowhere: its text does.
        of_load = (tuple(header), actor, tuple(extensions))
        self._told = (mapping.text, mapping.name, of_load, in_force())
        self._started: tuple[socket.socket, SpawnProcess] | None = None
        self._one_at_a_time = asyncio.Lock()

    def _start(self) -> tuple[socket.socket, SpawnProcess]:
        ours, theirs = socket.socketpair()
        with theirs:
            for end in (ours, theirs):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BUFFER)
            # Spawned, never forked: this process has threads and connections.
            spawning = multiprocessing.get_context("spawn")
            process = spawning.Process(target=_serve, args=(theirs, *self._told), daemon=True)
            process.start()
        ours.setblocking(False)
        return ours, process

    async def work(self, chunk: Chunk) -> Work:
        loop = asyncio.get_running_loop()
        async with self._one_at_a_time:
            self._started = self._started or self._start()
            ours, _ = self._started
            try:
                await loop.sock_sendall(ours, _packed(chunk))
                size = _LENGTH.unpack(await _received(ours, _LENGTH.size))[0]
                work: Work = pickle.loads(await _received(ours, size))  # noqa: S301 - our own # nosec B301
            except (OSError, EOFError):
                raise Unavailable(
                    "A worker process ended.",
                    hint="Was memory short? Run it again: the load goes on where it was.",
                ) from None
        return work

    def end(self) -> None:
        if self._started is None:
            return
        ours, process = self._started
        ours.close()
        # It holds nothing that could be lost.
        process.kill()
        process.join()
        process.close()


async def _received(ours: socket.socket, size: int) -> bytearray:
    data = bytearray(size)
    rest = memoryview(data)
    loop = asyncio.get_running_loop()
    while rest:
        count = await loop.sock_recv_into(ours, rest)
        if not count:
            raise EOFError
        rest = rest[count:]
    return data


def _serve(
    theirs: socket.socket,
    text: str,
    name: str,
    of_load: tuple[Sequence[str], Actor, Sequence[Extension]],
    edition: Edition,
) -> None:
    """Work in this process until the other end of the socket is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started us ends us
    put_in_force(edition)
    worker = Worker(parse_mapping(text, name), *of_load)
    # Documents are trees: counting references frees them, and looking for cycles takes time.
    gc.freeze()
    gc.disable()
    with suppress(OSError, EOFError):
        for number in count(1):
            size = _LENGTH.unpack(_receive(theirs, _LENGTH.size))[0]
            chunk: Chunk = pickle.loads(_receive(theirs, size))  # noqa: S301 - our own # nosec B301
            theirs.sendall(_packed(worker(chunk)))
            if number % _COLLECTED == 0:
                gc.collect()


def _receive(theirs: socket.socket, size: int) -> bytearray:
    data = bytearray(size)
    rest = memoryview(data)
    while rest:
        count = theirs.recv_into(rest)
        if not count:
            raise EOFError
        rest = rest[count:]
    return data


def _packed(value: Any) -> bytes:
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(data)) + data
