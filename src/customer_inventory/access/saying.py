"""What versions say, read once: the same content is the same value from then on.

What a version says never changes, which the database holds to (`access.lifecycle`). So what was
made of a content is kept by its hash, of any database, and is never out of date in any service;
which versions there are, and in which state, is asked each time.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from customer_inventory.access.lifecycle import Lifecycle, State
from customer_inventory.record.document import parse
from customer_inventory.store.database import Database, Row

T = TypeVar("T")

MOST_KEPT = 20_000
"""So many contents are kept at most: more than the versions that a register looks at."""


class Saying(Generic[T]):
    """Versions of one kind of objects, each with what `read` makes of its content."""

    def __init__(self, life: Lifecycle, read: Callable[[Any], T]) -> None:
        self._life = life
        self._read = read
        self._kept: dict[bytes, T] = {}

    async def latest(self, database: Database, states: Sequence[State] = ()) -> list[tuple[Row, T]]:
        """Return the latest version of every object, or of those in `states`, by id.

        Rows, here and below, are of id, version, sha256, state, proposed_by, proposed_at.
        """
        return await self._said(database, await self._life.latest_heads(database, states))

    async def in_state(self, database: Database, *states: State) -> list[tuple[Row, T]]:
        """Return every version that is in one of `states`, by id."""
        return await self._said(database, await self._life.heads_in_state(database, *states))

    async def _said(self, database: Database, heads: Sequence[Row]) -> list[tuple[Row, T]]:
        kept = self._kept
        lacking = [row for row in heads if row["sha256"] not in kept]
        if lacking:
            if len(kept) + len(lacking) > MOST_KEPT:
                # A new one: who reads by the old one just now still finds all in it.
                kept = self._kept = {}
                lacking = list(heads)
            for row in await self._life.contents(database, lacking):
                kept[row["sha256"]] = self._read(parse(row["content"]))
        return [(row, kept[row["sha256"]]) for row in heads]
