"""The HTTP protocol of the service: uvicorn's own, sending each answer in one piece.

What a door offers to answer on the straight way (`web.straight`) never becomes a task.
"""

import asyncio
import http
import sys
from time import perf_counter
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from customer_inventory.kit.errors import TooLarge
from customer_inventory.web import failure
from customer_inventory.web.admission import FULL, Admission
from customer_inventory.web.exchange import Answer, head_of
from customer_inventory.web.straight import Asked, Straight

LONGEST_HEAD = 32_768
"""So many bytes the head of a request may have: method, address and headers."""
_LINGERING_SECONDS = 1.0
_END_OF_HEAD = b"\r\n\r\n"
_STATUS_LINE = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode()
    for status in http.HTTPStatus
}


class WholeAnswers(HttpToolsProtocol):
    """uvicorn's protocol over a transport that gathers what is written in one turn of the loop.

    uvicorn writes the head of an answer and its body separately; each write is a system call,
    and on a busy service they are the largest part of its time.
    """

    patience_seconds = 30.0
    """So long a head may take to arrive, and a body may pause: whoever is slower is sent away."""
    stall_seconds = 60.0
    """So long a caller may take nothing of its answer; then the connection is broken."""

    _in_head = True
    _head_bytes = 0
    _is_refused = False
    _impatience: asyncio.TimerHandle | None = None
    _stall: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a new connection."""
        super().connection_made(_Gathering(transport, self.loop))  # type: ignore[arg-type]
        self._straight: Straight | None = getattr(self.config.app, "straight", None)
        self._admission: Admission = getattr(self.config.app, "admission", _ANYBODY)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        self._wait_no_more()
        self._go_on()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Send no more until the caller takes what was sent, but not for ever."""
        super().pause_writing()
        self._stall = self.loop.call_later(self.stall_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on sending."""
        self._go_on()
        super().resume_writing()

    def _go_on(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def data_received(self, data: bytes) -> None:
        """Take bytes of a request; refuse one whose head does not end: anybody may send it."""
        if self._is_refused:
            return
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > LONGEST_HEAD and _END_OF_HEAD not in data[:LONGEST_HEAD]:
                self._refuse_head()
                return
        super().data_received(data)
        # What arrives whole, as nearly everything does, is never waited for.
        if self._in_head and not self._head_bytes:
            self._wait_no_more()
        elif not self._in_head or self._impatience is None:
            self._wait()

    def on_message_complete(self) -> None:
        """Expect the head of the next request."""
        self._in_head, self._head_bytes = True, 0
        super().on_message_complete()

    def _wait(self) -> None:
        """Wait for more from now on, but not for ever."""
        self._wait_no_more()
        self._impatience = self.loop.call_later(self.patience_seconds, self._give_up)

    def _wait_no_more(self) -> None:
        if self._impatience is not None:
            self._impatience.cancel()
            self._impatience = None

    def _give_up(self) -> None:
        """Close a connection on which nothing whole arrives; its request ends as any broken off."""
        self._impatience = None
        if not self.transport.is_closing():
            self.transport.close()

    def on_headers_complete(self) -> None:
        """Begin to answer: straight if that is offered, else by a task."""
        self._in_head, self._head_bytes = False, 0
        if self._is_plain():
            cycle = _Cycle(self, self._admission)
            has_query = b"?" in self.url
            if not self._admission.admits(self.url, is_ordinary=has_query):
                self.cycle = cycle  # type: ignore[assignment]
                cycle.tell(FULL)
                return
            if self._straight is not None and not has_query:
                asked = Asked(self.url, self.headers, self.client, perf_counter())
                # Offered before it is ours: what is declined goes on as if nothing had been.
                if self._straight.offer(asked, cycle.tell):
                    cycle.begin()
                    self.cycle = cycle  # type: ignore[assignment]
                    return
        super().on_headers_complete()

    def _refuse_head(self) -> None:
        self._is_refused = True
        answer = failure.answer(
            TooLarge(
                f"The head of the request is longer than {LONGEST_HEAD} bytes.", code="headTooLong"
            )
        )
        headers = (*self.server_state.default_headers, *head_of(answer))
        head = b"".join(b"%b: %b\r\n" % header for header in headers)
        line = _STATUS_LINE[answer.status]
        self.transport.write(b"%b%bconnection: close\r\n\r\n%b" % (line, head, answer.body))
        # Closed at once, what is still arriving would reset the connection and lose the answer.
        self.loop.call_later(_LINGERING_SECONDS, self.transport.close)

    def _is_plain(self) -> bool:
        """Tell whether the request is an ordinary GET, alone on its connection."""
        return (
            self.parser.get_method() == b"GET"
            and (self.cycle is None or self.cycle.response_complete)
            # A caller who does not read its answers waits for its turn the ordinary way.
            and not self.flow.write_paused
            and self.parser.get_http_version() == "1.1"
            and self.parser.should_keep_alive()
            and not self.parser.should_upgrade()
        )


class _Cycle:
    """A request on the straight way, as uvicorn's protocol knows one."""

    __slots__ = (
        "_admission", "_is_counted", "_protocol", "body", "disconnected", "keep_alive",
        "message_event", "more_body", "response_complete",
    )  # fmt: skip

    def __init__(self, protocol: WholeAnswers, admission: Admission) -> None:
        self._protocol = protocol
        self._admission = admission
        self._is_counted = False
        self.response_complete = False
        self.disconnected = False
        self.keep_alive = True
        self.more_body = False
        self.body = b""
        self.message_event = _NOBODY_WAITS

    def begin(self) -> None:
        """Count the request as under way."""
        self._is_counted = True
        self._admission.under_way += 1

    def tell(self, answer: Answer) -> None:
        """Send the answer and let the connection go on."""
        self.response_complete = True
        if self._is_counted:
            self._admission.under_way -= 1
        transport = self._protocol.transport
        if self.disconnected or transport.is_closing():
            return
        lines = [_STATUS_LINE[answer.status]]
        headers = (*self._protocol.server_state.default_headers, *head_of(answer))
        lines += [b"%b: %b\r\n" % header for header in headers]
        if not self.keep_alive:
            lines.append(b"connection: close\r\n")
        transport.write(b"%b\r\n%b" % (b"".join(lines), answer.body))
        if not self.keep_alive:
            transport.close()
        self._protocol.on_response_complete()


class _Nobody:
    """The event of a cycle in which nobody waits for more of a body."""

    def set(self) -> None:
        pass


_NOBODY_WAITS = _Nobody()
_ANYBODY = Admission(sys.maxsize)
"""For applications that send nobody away."""


class _Gathering:
    """A transport whose writes of one turn of the loop leave together at its end."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._gathered: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not self._gathered:
            self._loop.call_soon(self._flush)
        self._gathered.append(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _flush(self) -> None:
        if self._gathered:
            gathered, self._gathered = self._gathered, []
            self._transport.write(b"".join(gathered))
