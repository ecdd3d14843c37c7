"""How far sources are trusted, and what is shown of merged records after that was changed.

A change of a rank is kept with who made it. What is shown follows group by group, each in its own
transaction; how far is kept, so that whoever goes on after an interruption begins there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid, NotFound
from customer_inventory.record.identity import origin
from customer_inventory.record.identity.group import Groups
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

FOLLOW = "record.followTrust"
"""Name of the job that shows merged records anew after a rank was changed."""

HIGHEST = 1_000_000
"""Ranks go from minus this to this."""
_AT_ONCE = 100
_LONGEST_SOURCE = 200


@dataclass(frozen=True, slots=True)
class Followed:
    """How far what is shown has followed a change: groups looked at, and those that differ now."""

    done: int
    changed: int
    is_ended: bool


async def set_rank(database: Database, source: str, rank: int, *, actor: Actor) -> UUID:
    """Trust a source so far from now on; return the id of the change, for `follow`.

    Raises Invalid for a source or rank that is none.
    """
    if not source.strip() or len(source) > _LONGEST_SOURCE or "\x00" in source:
        raise Invalid(f"must be a name of 1 to {_LONGEST_SOURCE} characters.", path="source")
    if not -HIGHEST <= rank <= HIGHEST:
        raise Invalid(f"must be between {-HIGHEST} and {HIGHEST}.", path="rank")
    who = (actor.process, actor.person, actor.purpose)
    change: UUID = await database.value(SQL.set_rank, source, rank, *who)
    return change


async def set_elements(
    database: Database, wanted: Mapping[str, Mapping[str, int]], *, actor: Actor
) -> list[UUID]:
    """Let `wanted` be all that is said of elements: ranks by source and `type.attribute`.

    Returns the ids of the changes, for `follow`: one of each source of which something else was
    said before.
    """
    known: dict[str, dict[str, int]] = {}
    for row in await database.fetch(SQL.elements_of):
        known.setdefault(row["source"], {})[row["element"]] = row["rank"]
    made = []
    for source in sorted({*known, *wanted}):
        said = wanted.get(source, {})
        if said != known.get(source, {}):
            who = (actor.process, actor.person, actor.purpose)
            named = (list(said), list(said.values()))
            made.append(await database.value(SQL.set_elements, source, *named, *who))
    return made


async def ranks(database: Database) -> Sequence[Row]:
    """Return how far each source is trusted, since when and by whom, the most trusted first.

    After that come elements of which something else is said.
    """
    return await database.fetch(SQL.list_trust)


async def follow(
    database: Database,
    change: UUID,
    *,
    actor: Actor,
    progress: Callable[[Followed], None] = lambda _: None,
) -> Followed:
    """Show every merged record anew, from where it was broken off; `progress` hears of each step.

    Done again it changes nothing. Raises NotFound for a change that is not there.
    """
    row = await database.row(SQL.change_by_id, change)
    if row is None:
        raise NotFound("There is no change of trust with this id.", path="id")
    root, done, changed = row["root"], row["done"], row["changed"]
    while row["ended_at"] is None:
        rows = await database.fetch(SQL.next_roots, root, _AT_ONCE)
        differing = 0
        for each in rows:
            differing += await _reshow(database, each["type"], each["root"], actor)
        root = rows[-1]["root"] if rows else root
        is_last = len(rows) < _AT_ONCE
        step = (len(rows), differing, is_last)
        await database.execute(SQL.advance_change, change, root, *step)
        done, changed = done + len(rows), changed + differing
        progress(Followed(done, changed, is_last))
        if is_last:
            break
    return Followed(done, changed, is_ended=True)


def following(database: Database) -> Callable[[Mapping[str, Any], Actor], Any]:
    """Return the handler of the job FOLLOW: its payload names the change."""

    async def handle(payload: Mapping[str, Any], actor: Actor) -> None:
        await follow(database, UUID(payload["change"]), actor=actor)

    return handle


async def _reshow(database: Database, kind: str, root: str, actor: Actor) -> bool:
    """Show a group anew; return whether that is anything else."""
    async with database.transaction() as connection:
        await origin.hold(connection, shared=True)
        return await Groups(connection, TYPES[kind], actor).reshow(root)
