"""How many requests a service has under way: who comes beyond them is sent away at once.

A service that is asked for more than it can do must not let everybody wait longer and longer, until
nobody's answer comes in time. Up to a number of requests are under way; one more is answered 503
with Retry-After (RFC 9110, 15.6.4 and 10.2.3) before it costs anything: nobody has been asked who
calls, nothing is read or told. What says how the service is, is always answered.

Reads by id, which are answered on the straight way, have half of the places to themselves: others
take longer, and would soon have all of them.

A request is under way from when it is there whole, so that nobody takes a place by sending slowly,
until its answer, or the first part of a long one, is there.
"""

import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from customer_inventory.kit.errors import Unavailable
from customer_inventory.web import failure
from customer_inventory.web.exchange import Receive, Scope, Send, send_answer

log = logging.getLogger(__name__)

App = Callable[[Scope, Receive, Send], Awaitable[None]]

_ALWAYS = (b"/health/", b"/metrics")
_BODILESS = frozenset(("GET", "HEAD", "OPTIONS"))
_SECONDS_BETWEEN_LINES = 60.0


class Overloaded(Unavailable):
    """More is asked for than the service can do just now."""

    code = "overloaded"

    def __init__(self) -> None:
        super().__init__("Too many requests are under way.", hint="Try again in a second.")


FULL = failure.answer(Overloaded())


class Admission:
    """Counts the requests that are under way, `most` at a time, and those that were sent away."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.under_way = 0
        self.ordinary = 0
        """How many of them go the ordinary way."""
        self.sent_away = 0
        self._next_line = 0.0

    def admits(self, path: bytes, *, is_ordinary: bool) -> bool:
        """Tell whether one more request, for a raw path, may begin; count it where it may not."""
        has_room = self.under_way < self.most and not (
            is_ordinary and self.ordinary >= max(self.most // 2, 1)
        )
        if has_room or path.startswith(_ALWAYS):
            return True
        self.sent_away += 1
        now = time.monotonic()
        if now >= self._next_line:
            self._next_line = now + _SECONDS_BETWEEN_LINES
            log.warning(
                "%d requests are under way, others are sent away: %d since the start",
                self.under_way,
                self.sent_away,
            )
        return False

    async def run(self, app: App, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request by `app`, or send it away."""
        if not self.admits(scope["path"].encode(), is_ordinary=True):
            await send_answer(FULL, receive, send, head_only=scope["method"] == "HEAD")
            return
        turn = _Turn(self, receive, send)
        if scope["method"] in _BODILESS:
            turn.begin()
        try:
            await app(scope, turn.receive, turn.send)
        finally:
            turn.end()


class _Turn:
    """One request: it is under way from `begin` to `end`."""

    __slots__ = ("_admission", "_is_counted", "_receive", "_send")

    def __init__(self, admission: Admission, receive: Receive, send: Send) -> None:
        self._admission = admission
        self._receive = receive
        self._send = send
        self._is_counted: bool | None = None

    def begin(self) -> None:
        if self._is_counted is None:
            self._is_counted = True
            self._admission.under_way += 1
            self._admission.ordinary += 1

    def end(self) -> None:
        if self._is_counted:
            self._admission.under_way -= 1
            self._admission.ordinary -= 1
        self._is_counted = False

    async def receive(self) -> MutableMapping[str, Any]:
        message = await self._receive()
        if not message.get("more_body", False):
            self.begin()
        return message

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message.get("more_body", False):
            # The rest of a long answer leaves as fast as its caller takes it.
            self.end()
        await self._send(message)
