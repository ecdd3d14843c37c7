"""A listener on a real socket: keeps what it is told, and answers as the test says."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Answering = Callable[[str, dict[str, Any]], int]


@dataclass
class Heard:
    """One call of the listener."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told


@dataclass
class Listener:
    """Hears events; `answering` gives the status of each call (0: the connection is cut)."""

    port: int = 0
    heard: list[Heard] = field(default_factory=list)
    answering: Answering = lambda path, event: 204
    delay: float = 0.0
    headers: str = ""
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    told: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def callback(self) -> str:
        return f"http://127.0.0.1:{self.port}/told"

    @property
    def taken(self) -> list[Heard]:
        return [call for call in self.heard if call.headers["x-answered"] == "204"]

    async def until(self, number: int, *, within: float = 30) -> list[Heard]:
        """Wait until so many calls were taken."""
        async with asyncio.timeout(within), self.told:
            await self.told.wait_for(lambda: len(self.taken) >= number)
        return self.taken

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._answer(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (li.partition(": ") for li in lines)}
        body = await reader.readexactly(int(headers["content-length"]))
        call = Heard(first.split(" ")[1], headers, body)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.delay):
                await self.gone.wait()
        status = self.answering(call.path, call.event)
        headers["x-answered"] = str(status)
        async with self.told:
            self.heard.append(call)
            self.told.notify_all()
        if not status:
            return False
        writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\n{self.headers}\r\n".encode())
        await writer.drain()
        return True


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    listener = Listener()
    server = await asyncio.start_server(listener.serve, "127.0.0.1", 0)
    listener.port = server.sockets[0].getsockname()[1]
    try:
        yield listener
    finally:
        listener.gone.set()
        server.close()
