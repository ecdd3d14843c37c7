"""What follows an edition that was put in force: indexes, and findings of what falls short."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from customer_inventory.record.register import index
from customer_inventory.record.register.keeping import enforce
from customer_inventory.requirements.applying import find_failing
from customer_inventory.requirements.judging import Progress
from customer_inventory.store.database import Database

FOLLOW = "requirements.follow"
"""Name of the job that lets indexes and findings follow the edition in force."""


@dataclass(frozen=True)
class Followed:
    """Indexes built and taken away; findings that are open, and that were closed."""

    built: Sequence[str]
    dropped: Sequence[str]
    opened: int
    closed: int


async def follow_indexes(
    database: Database, *, progress: Callable[[str, float], None] = lambda *_: None
) -> tuple[Sequence[str], Sequence[str]]:
    """Let indexes follow the edition in force; return which were built and taken away."""
    return await index.keep(database, await enforce(database), progress=progress)


async def follow(database: Database, *, progress: Progress = lambda *_: None) -> Followed:
    """Let indexes and findings follow the edition in force."""
    built, dropped = await follow_indexes(database)
    opened, closed = await find_failing(database, progress=progress)
    return Followed(built, dropped, opened, closed)
