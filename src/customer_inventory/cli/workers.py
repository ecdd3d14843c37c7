"""Several services side by side at one address, so that all cores serve.

Each worker is a service of its own, as on another machine: with its own pool, its own memory of who
may do what, forgotten at the same notification of the database (`access/guard.py`), and work in the
background shared through the database. The system hands each connection to one of them
(SO_REUSEPORT). One that ends by itself is started anew.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable

from customer_inventory.kit.settings import Settings

log = logging.getLogger(__name__)

SHARED = "CINV_SHARED_PORT"
"""Set for workers: they share their port with others."""
_PAUSE_SECONDS = 1.0
_ENDING = (signal.SIGINT, signal.SIGTERM)


def is_shared() -> bool:
    """Tell whether this process is a worker."""
    return os.environ.get(SHARED) == "1"


def leave_with_parent() -> None:
    """Leave, in a worker, when who started it is no more: standard input ends then."""
    loop = asyncio.get_running_loop()

    def ended() -> None:
        loop.remove_reader(0)
        os.kill(os.getpid(), signal.SIGTERM)

    loop.add_reader(0, ended)


def share(listening: socket.socket) -> None:
    """Let others listen where this socket will."""
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)


async def work(settings: Settings, address: tuple[str, int], ready: Callable[[], None]) -> None:
    """Run workers at an address until a signal says stop; `ready` is called once all answer."""
    await _Workers(settings, address, ready).run()


class _Workers:
    def __init__(
        self, settings: Settings, address: tuple[str, int], ready: Callable[[], None]
    ) -> None:
        host, port = address
        self._count = settings.workers
        self._words = (
            *(sys.executable, "-m", "customer_inventory", "serve", "--workers", "1"),
            *("--host", host, "--port", str(port)),
        )
        self._ready = ready
        self._running: set[asyncio.subprocess.Process] = set()
        self._is_ending = asyncio.Event()
        self._answering = 0

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for number in _ENDING:
            loop.add_signal_handler(number, self._end)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._count):
                    group.create_task(self._keep())
        finally:
            for number in _ENDING:
                loop.remove_signal_handler(number)

    def _end(self) -> None:
        """End the workers as they would end by themselves: a second signal ends them at once."""
        self._is_ending.set()
        for process in self._running:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()

    async def _keep(self) -> None:
        """Have one worker, and another when it ends."""
        while not self._is_ending.is_set():
            process = await asyncio.create_subprocess_exec(
                *self._words,
                env={**os.environ, SHARED: "1"},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                # A signal from the keyboard is for this process, which passes it on.
                start_new_session=True,
            )
            self._running.add(process)
            if self._is_ending.is_set():
                process.terminate()
            try:
                await self._follow(process)
            finally:
                self._running.discard(process)
            if not self._is_ending.is_set():
                log.warning("a worker ended with %s: another is started", process.returncode)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._is_ending.wait(), _PAUSE_SECONDS)

    async def _follow(self, process: asyncio.subprocess.Process) -> None:
        """Wait for the end of a worker; the line in which it says that it answers counts."""
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        if await process.stdout.readline():
            self._answering += 1
            if self._answering == self._count:
                await asyncio.to_thread(self._ready)
        while await process.stdout.readline():
            pass
        await process.wait()
