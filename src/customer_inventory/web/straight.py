"""The straight way: a request answered from the parser's callbacks, without a task of its own.

A door offers it for what it can answer by two lanes (the read, the ledger). The protocol of the
server asks `offer` for each request and goes the ordinary way when that declines.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from customer_inventory.web.exchange import Answer

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A GET without query and body: its path, its headers (names in lower case), who sent it.

    `began` is what `perf_counter` said when it was there.
    """

    path: bytes
    headers: Headers
    client: tuple[str, int] | None
    began: float


Tell = Callable[[Answer], None]


class Straight(Protocol):
    """What a door offers to the protocol of the server."""

    def offer(self, asked: Asked, tell: Tell) -> bool:
        """Begin to answer `asked` and return True; `tell` gets the answer, once. False declines."""


Ordinary = Callable[[Asked], Awaitable[Answer]]
"""Answers the same request the ordinary way, whatever comes of it."""
