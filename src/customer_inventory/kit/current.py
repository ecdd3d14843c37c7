"""What is worked on just now, a request or a job: logs say of which a line is.

It belongs to the task that works, and to what that task begins. Nothing is computed before a line
is written: most requests write none.
"""

import re
import uuid
from collections.abc import Sequence
from contextvars import ContextVar

_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_TRACE = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")

Headers = Sequence[tuple[bytes, bytes]]


class Current:
    """A request of `process` with its headers, or a `job` done for it."""

    __slots__ = ("_headers", "_request", "job", "process")

    def __init__(self, process: str, headers: Headers = (), job: str | None = None) -> None:
        self.process = process
        self.job = job
        self._headers = headers
        self._request: str | None = None

    @property
    def request(self) -> str:
        """The id of the request: the caller's X-Request-Id where that is one, else a new one."""
        if self._request is None:
            own = _ID.fullmatch(self._header(b"x-request-id"))
            self._request = own[0].decode() if own else uuid.uuid4().hex
        return self._request

    @property
    def trace(self) -> str | None:
        """The id of the trace that the caller says the request belongs to (W3C Trace Context)."""
        found = _TRACE.fullmatch(self._header(b"traceparent"))
        return found[1].decode() if found else None

    def _header(self, wanted: bytes) -> bytes:
        return next((value for name, value in self._headers if name == wanted), b"")


current: ContextVar[Current | None] = ContextVar("current", default=None)
"""What this task works on; None for what the service does by itself."""
