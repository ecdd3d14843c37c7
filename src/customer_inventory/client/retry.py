"""What is sent again: only what was surely not done, or does no harm when it is done twice."""

import random
from dataclasses import dataclass

import httpx

from customer_inventory.client.error import retry_after

_HARMLESS = frozenset(("GET", "HEAD"))
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_TURNED_AWAY = 429
_PASSING = frozenset((502, 503, 504))


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how long a call is tried: `attempts` in all, each wait twice the one before.

    A wait is never longer than `longest`: who must wait longer is told. A change is sent again when
    no connection was made, or a quota turned it away before it was looked at; never when an answer
    was lost. Reading is sent again after those and after 502, 503 and 504.
    """

    attempts: int = 4
    first: float = 0.2
    longest: float = 10.0

    def wait(
        self, attempt: int, method: str, came: httpx.Response | httpx.TransportError
    ) -> float | None:
        """Return the seconds to wait after an attempt (from 1), None if it is not sent again."""
        if attempt >= self.attempts or not _may_be_sent_again(method, came):
            return None
        said = retry_after(came) if isinstance(came, httpx.Response) else None
        if said is not None:
            return said if said <= self.longest else None
        # Full jitter: those who were turned away together do not come back together.
        return random.uniform(0, min(self.longest, self.first * 2**attempt))  # noqa: S311


def _may_be_sent_again(method: str, came: httpx.Response | httpx.TransportError) -> bool:
    if isinstance(came, httpx.Response):
        passes = came.status_code in _PASSING and method in _HARMLESS
        return came.status_code == _TURNED_AWAY or passes
    return method in _HARMLESS or isinstance(came, _NOT_SENT)
