"""One caller on one connection, one request after the other: as little of it as can be."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from bench.server import Service
from customer_inventory.kit.errors import Unavailable

_OK = (b"HTTP/1.1 200", b"HTTP/1.1 206")


class Caller:
    """Asks a service, and takes the time."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._head = head

    def asking_as(self, head: str) -> "Caller":
        """Return who asks on the same connection with other headers."""
        return Caller(self._reader, self._writer, head)

    async def ask(self, path: str, posted: bytes | None = None) -> tuple[float, bytes]:
        """Return the seconds that `GET path` took, and the body of the answer.

        With something `posted` it is `POST path`. Raises Unavailable for an answer that is neither
        200 nor 206, and for none.
        """
        verb = "GET" if posted is None else "POST"
        request = f"{verb} {path} HTTP/1.1\r\n{self._head}"
        if posted is not None:
            request += f"Content-Type: application/json\r\nContent-Length: {len(posted)}\r\n"
        whole = f"{request}\r\n".encode() + (posted or b"")
        started = time.perf_counter()
        self._writer.write(whole)
        try:
            head = await self._reader.readuntil(b"\r\n\r\n")
            body = await self._reader.readexactly(_length(head))
        except asyncio.IncompleteReadError as error:
            raise Unavailable(f"{verb} {path} was not answered: the connection ended.") from error
        seconds = time.perf_counter() - started
        if not head.startswith(_OK):
            raise Unavailable(
                f"{verb} {path} was answered: {(head + body)[:500].decode(errors='replace')}"
            )
        return seconds, body


@contextlib.asynccontextmanager
async def calling(service: Service) -> AsyncIterator[Caller]:
    """Lend a caller of `service` on a connection of its own."""
    address = urlsplit(service.base)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    head = f"Host: {address.netloc}\r\nAuthorization: Bearer {service.token}\r\n"
    with contextlib.closing(writer):
        yield Caller(reader, writer, head)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
