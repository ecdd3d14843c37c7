"""At which paths the records of a type have something, how many of them, and from which processes.

What `profile` tells of values is left out, which is most of its work. A large table is sampled, and
the presence says how many records it is made of.
"""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from customer_inventory.record.declare import RecordType
from customer_inventory.record.register.profile import sampling
from customer_inventory.store.database import Database

_REMEMBERED_SECONDS = 300.0


@dataclass
class Presence:
    """Of how many records it was made, whether these are all, and of those at each path.

    `processes` wrote the records that have something at a path, each so many.
    """

    declared: RecordType
    looked_at: int = 0
    is_whole: bool = True
    processes: dict[str, Counter[str]] = field(default_factory=dict)

    def share(self, path: str) -> float:
        """Return the share of records that have something at `path`."""
        there = self.processes.get(path)
        return there.total() / self.looked_at if there and self.looked_at else 0.0

    def take(self, document: Mapping[str, Any], process: str) -> None:
        """Look at a record that a process wrote."""
        self.looked_at += 1
        met: set[str] = set()
        _meet(document, "", met)
        for path in met:
            self.processes.setdefault(path, Counter())[process] += 1


_lately: WeakKeyDictionary[Database, dict[tuple[str, int | None], tuple[float, Presence]]] = (
    WeakKeyDictionary()
)
"""By database, type and how many were to be looked at: until when a presence is good, and it."""


async def presence(
    database: Database, declared: RecordType, *, most: int | None = None
) -> Presence:
    """Return where the records of a type have something: `most` of them, or all for None.

    One of a sample is as it was up to five minutes ago: it is the same records each time, and what
    is held changes slowly in them. All the records of a small table are looked at anew.
    """
    known = _lately.setdefault(database, {})
    until, made = known.get((declared.name, most), (0.0, None))
    if made is None or until < time.monotonic():
        made = await _made(database, declared, most)
        if not made.is_whole:
            known[declared.name, most] = (time.monotonic() + _REMEMBERED_SECONDS, made)
    return made


async def _made(database: Database, declared: RecordType, most: int | None) -> Presence:
    made = Presence(declared)
    async with sampling(database, declared, most=most) as (records, made.is_whole):
        async for document, process in records:
            made.take(document, process)
    return made


def _meet(document: Mapping[str, Any], before: str, met: set[str]) -> None:
    """Add the path of every attribute of a document to those `met`, lists walked through."""
    for name, part in document.items():
        path = before + name
        met.add(path)
        if isinstance(part, dict):
            _meet(part, path + ".", met)
        elif isinstance(part, list):
            _meet_all(part, path + ".", met)


def _meet_all(parts: list[Any], before: str, met: set[str]) -> None:
    for part in parts:
        if isinstance(part, dict):
            _meet(part, before, met)
        elif isinstance(part, list):
            _meet_all(part, before, met)
