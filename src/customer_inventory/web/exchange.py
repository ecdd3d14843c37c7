"""What comes in and what goes out: a request read from ASGI, an answer sent to it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple

from customer_inventory.kit.errors import Invalid, TooLarge

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

Headers = tuple[tuple[bytes, bytes], ...]

_JSON = (b"content-type", b"application/json")
_LONGEST_QUERY = 8192
_WITH_BODY = ("POST", "PATCH")
_BODILESS = (204, 304)


class Request(NamedTuple):
    """One request; header names are in lower case, the body is read whole."""

    method: str
    path: str
    query: bytes
    headers: dict[bytes, bytes]
    body: bytes
    source: str | None

    def header(self, name: bytes) -> str:
        """Return the header `name`, empty when it was not sent."""
        return self.headers.get(name, b"").decode("latin-1")


class Answer(NamedTuple):
    """One answer. For the ledger: `ids` says which and `told` how many records it told of.

    `groups` are the groups of attributes that it told of, `reason` is the reference that the
    caller gave for asking; `operations` are those that it turned out to be, where that is not what
    the place says. A body too large to be held is a `stream` instead, of `length` bytes if
    that is known: what breaks it off breaks the connection, so that nobody takes it for whole.
    """

    status: int
    body: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    ids: tuple[str, ...] = ()
    told: int = 0
    reason: str | None = None
    stream: AsyncIterator[bytes] | None = None
    groups: tuple[str, ...] = ()
    length: int | None = None
    operations: frozenset[str] = frozenset()

    @property
    def size(self) -> int:
        """How many bytes its body has, 0 where that is not known yet."""
        return len(self.body) if self.stream is None else self.length or 0

    def with_headers(self, headers: tuple[tuple[bytes, bytes], ...]) -> "Answer":
        """Return the answer with these headers too."""
        return self._replace(headers=(*self.headers, *headers)) if headers else self


async def read(scope: Scope, receive: Receive, *, most: int) -> Request:
    """Return the request of `scope` with its body; raise TooLarge for a body over `most` bytes."""
    headers = dict(scope["headers"])
    query = scope["query_string"]
    if len(query) > _LONGEST_QUERY:
        raise TooLarge(f"The query is longer than {_LONGEST_QUERY} bytes.", code="queryTooLong")
    body = b""
    if scope["method"] in _WITH_BODY:
        body = await _body(headers, receive, most)
    client = scope.get("client")
    return Request(
        scope["method"], scope["path"], query, headers, body, client[0] if client else None
    )


async def send_answer(
    answer: Answer, receive: Receive, send: Send, *, head_only: bool = False
) -> None:
    """Send `answer`; only its head in answer to a HEAD request."""
    headers = head_of(answer)
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.stream is not None and not head_only:
        await _send_parts(answer.stream, receive, send)
    body = b"" if head_only else answer.body
    await send({"type": "http.response.body", "body": body})


async def _send_parts(parts: AsyncIterator[bytes], receive: Receive, send: Send) -> None:
    """Send a body part by part, as fast as the caller takes it, until the caller goes away."""
    gone = asyncio.ensure_future(_disconnected(receive))
    try:
        async for part in parts:
            if gone.done():
                return
            await send({"type": "http.response.body", "body": part, "more_body": True})
    finally:
        gone.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await gone


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def head_of(answer: Answer) -> list[tuple[bytes, bytes]]:
    """Return the headers of `answer`, those that tell of its body included."""
    headers = list(answer.headers)
    if answer.status not in _BODILESS:
        if not any(name == b"content-type" for name, _ in headers):
            headers.append(_JSON)
        if answer.stream is None or answer.length is not None:
            headers.append((b"content-length", b"%d" % answer.size))
    return headers


async def _body(headers: dict[bytes, bytes], receive: Receive, most: int) -> bytes:
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > most:
        raise _too_large(most)
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Invalid("The connection was closed before the body had arrived.")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > most:
            raise _too_large(most)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _too_large(most: int) -> TooLarge:
    return TooLarge(f"The body is larger than {most} bytes.", hint="Send less at once.")
