"""The catalogue: repositories as they are declared, what a file would change, and who changed it.

What files do not name stays as it is, unless they are all there is (`is_whole`). Nothing is ever
deleted: one that is declared no more is withdrawn, and its versions tell what it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from customer_inventory.facilities.repository.declared import OURS, Repository
from customer_inventory.facilities.repository.file import plain
from customer_inventory.facilities.repository.shipped import ours
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid, NotFound
from customer_inventory.record.document import encode, parse
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside
from customer_inventory.store.together import together

SQL = beside(__name__)

Action = Literal["declare", "change", "withdraw"]


class NoSuchRepository(NotFound):
    """The catalogue has no repository of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no repository {name!r}.", hint="`cinv db repository list` names them all."
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What a file would change of a repository, and in which words."""

    name: str
    action: Action
    difference: str
    repository: Repository | None = None


@dataclass(frozen=True, slots=True)
class Catalogued:
    """A repository as it is declared, and by which version."""

    repository: Repository
    version: int
    is_withdrawn: bool
    declared_at: Any


async def repositories(database: Database, *, withdrawn: bool = False) -> list[Catalogued]:
    """Return the repositories, by name; those that are withdrawn too if asked for."""
    return [_catalogued(row) for row in await database.fetch(SQL.repositories, withdrawn)]


async def repository(database: Database, name: str) -> Catalogued:
    """Return the repository of a name, withdrawn or not; raise NoSuchRepository."""
    for each in await repositories(database, withdrawn=True):
        if each.repository.name == name:
            return each
    raise NoSuchRepository(name)


async def versions(database: Database, name: str) -> Sequence[Row]:
    """Return what was declared of a repository, latest first; raise NoSuchRepository."""
    rows = await database.fetch(SQL.versions, name)
    if not rows:
        raise NoSuchRepository(name)
    return rows


async def plan(
    database: Database, wanted: Sequence[Repository], *, is_whole: bool = False
) -> list[Change]:
    """Return what declaring `wanted` would change, by name; nothing is changed.

    Raises Invalid for a catalogue that would be without our own repository.
    """
    known = {each.repository.name: each.repository for each in await repositories(database)}
    changes = [
        Change(each.name, "change" if each.name in known else "declare", difference, each)
        for each in wanted
        if (difference := _difference(known.get(each.name), each))
    ]
    if is_whole:
        gone = known.keys() - {each.name for each in wanted}
        if OURS in gone:
            raise Invalid(
                f"{OURS} is not declared: this inventory is always in its catalogue.",
                hint="Take it over: cinv db repository export.",
            )
        changes += [Change(name, "withdraw", "is not declared any more") for name in gone]
    return sorted(changes, key=lambda change: change.name)


async def apply(
    database: Database, wanted: Sequence[Repository], *, actor: Actor, reason: str,
    is_whole: bool = False,
) -> list[Change]:  # fmt: skip
    """Declare `wanted`, and withdraw what else there is with `is_whole`; return what changed."""
    if not reason.strip():
        raise Invalid("A reason is needed.", path="reason")
    async with together(database) as within:
        await within.execute(SQL.hold_catalogue)
        changes = await plan(within, wanted, is_whole=is_whole)
        for change in changes:
            who = (actor.process, actor.person, reason)
            if change.repository is None:
                await within.execute(SQL.withdraw, change.name, *who)
            else:
                content = encode(plain(change.repository))
                await within.execute(SQL.declare, change.name, content, *who)
    return changes


async def install(database: Database, *, actor: Actor) -> bool:
    """Let a catalogue that has not got it begin with our own repository; return whether it did."""
    if await database.fetch(SQL.repositories, True):
        return False
    return bool(await apply(database, [ours()], actor=actor, reason="Ships with the product"))


def _catalogued(row: Row) -> Catalogued:
    made = msgspec.convert(parse(row["content"]), Repository)
    return Catalogued(made, row["version"], row["is_withdrawn"], row["declared_at"])


def _difference(held: Repository | None, wanted: Repository) -> str:
    """Return what differs, key by key, "" for nothing."""
    before: Mapping[str, Any] = plain(held) if held else {}
    after = plain(wanted)
    return ", ".join(
        f"{'+' if name not in before else '-' if name not in after else '~'} {name}"
        for name in dict.fromkeys((*after, *before))
        if before.get(name) != after.get(name)
    )
