"""Connections by hand: bytes as they are sent, answers as they come."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.conftest import Service
from tests.tmf.wire import Reply, _reply

_LONGEST_SECONDS = 60


@dataclass
class Talk:
    """One connection to the service."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def to(cls, service: Service) -> "Talk":
        """Open a connection."""
        address = urlsplit(service.base)
        return cls(*await asyncio.open_connection(address.hostname, address.port))

    async def send(self, data: bytes) -> None:
        """Send bytes; what nobody takes any more is not sent."""
        with contextlib.suppress(ConnectionError):
            self.writer.write(data)
            await self.writer.drain()
        await asyncio.sleep(0)

    def has_answer(self) -> bool:
        """Tell whether anything has come back."""
        return bool(self.reader._buffer) or self.reader.at_eof()  # type: ignore[attr-defined]

    async def answer(self, method: str = "GET") -> Reply:
        """Return the next answer."""
        return await _reply(self.reader, method)

    async def rest(self) -> bytes:
        """Return all that comes until the other side closes."""
        async with asyncio.timeout(_LONGEST_SECONDS):
            with contextlib.suppress(ConnectionError):
                return await self.reader.read()
            return b""

    async def is_ended(self) -> bool:
        """Wait until the other side closes the connection; tell that it did."""
        await self.rest()
        return True

    async def close(self) -> None:
        """Close the connection."""
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


@asynccontextmanager
async def talking(service: Service) -> AsyncIterator[Talk]:
    """Lend a connection."""
    talk = await Talk.to(service)
    try:
        yield talk
    finally:
        await talk.close()


def head_of(method: str, target: str, *, token: str = "", **headers: str) -> bytes:
    """Return the head of a request; `token` is the whole of Authorization."""
    lines = [f"{method} {target} HTTP/1.1", "Host: inventory"]
    lines += [f"Authorization: {token}"] if token else []
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
