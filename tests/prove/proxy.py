"""A network between clients and services that can be slow, cut, or dead on one side.

It listens on one port and leads each connection to one of the services in turn; to the next where
nobody answers.
"""

import asyncio
import contextlib
from typing import Literal

Weather = Literal["fine", "slow", "cut", "half-open", "closed"]


class Proxy:
    """Leads connections on; `weather` says how."""

    def __init__(self, ports: list[int], *, delay: float = 0.3) -> None:
        self.port = 0
        self.weather: Weather = "fine"
        self.connections = 0
        self._ports = ports
        self._delay = delay
        self._turn = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._lead, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self.cut()
        for task in list(self._tasks):
            task.cancel()

    def cut(self) -> None:
        """Break every connection, in the middle of whatever it carries."""
        for writer in list(self._open):
            writer.transport.abort()

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            there = None if self.weather in ("cut", "closed") else await self._reached()
            if there is None:
                writer.transport.abort()
                return
            self._open.add(there[1])
            ways = [
                asyncio.create_task(self._carry(reader, there[1])),
                asyncio.create_task(self._carry(there[0], writer)),
            ]
            self._tasks.update(ways)
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
                self._tasks.discard(way)
            there[1].close()
            self._open.discard(there[1])
        finally:
            writer.close()
            self._open.discard(writer)

    async def _reached(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for _ in self._ports:
            self._turn += 1
            with contextlib.suppress(OSError):
                return await asyncio.open_connection(
                    "127.0.0.1", self._ports[self._turn % len(self._ports)]
                )
        return None

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65_536):
                if self.weather == "slow":
                    await asyncio.sleep(self._delay)
                if self.weather == "half-open":
                    continue  # swallowed: both sides believe that the other is there
                writer.write(data)
                await writer.drain()
