"""Named lists of subjects: customers or parties to whose records a grant can be bound.

A list is read by the statements that read records, by key, so a change of it counts at once and
its length costs a reader nothing. A change is one transaction, in batches: nothing holds a list in
memory. Who may change lists, and which lists grants need, is known to `access`.
"""

from collections.abc import AsyncIterable, AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from customer_inventory.kit.errors import Conflict, Invalid, NotFound, TooLarge
from customer_inventory.kit.ids import bucket_of, is_id
from customer_inventory.record.scoping.rule import check_list_name
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.replica import tell_protected
from customer_inventory.store.sql import beside

SQL = beside(__name__)

MOST_LISTED = 1_000_000
"""So many subjects may be on one list."""
BATCH = 10_000
"""So many are put on or taken off a list at once."""
_LONGEST_TEXT = 200
_LONGEST_LINE = 100

Way = Literal["add", "remove", "replace"]


@dataclass(frozen=True, slots=True)
class By:
    """Who changes a list (`person`, by whose account it was `entered_by`), and why."""

    person: str
    entered_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change did: so many were put on the list, so many taken off."""

    added: int
    removed: int


class NoSuchList(NotFound):
    """There is no list of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no list {name!r}.",
            path="name",
            hint="`cinv access subject-list show` names them all.",
        )


async def demand_lists(connection: Connection, names: Collection[str]) -> None:
    """Raise Invalid unless each list is there with somebody on it; it stays until the end.

    A grant that is bound to an empty list permits nothing; one that leaves out those on it, all.
    """
    rows = await connection.fetch(SQL.lists_filled, sorted(names))
    for name in sorted(set(names) - {row["name"] for row in rows}):
        raise Invalid(
            f"There is no list {name!r}, or nobody is on it.",
            path="scope.list",
            hint="Make it first: `cinv access subject-list make`, then `add`.",
            code="invalidTerms",
        )


async def make(database: Database, name: str, *, title: str, by: By) -> None:
    """Make an empty list; raise Invalid for a name or title that is none, Conflict for a known."""
    check_list_name(name)
    _check_text(title, "title")
    _check_text(by.reason, "reason")
    async with database.transaction() as connection:
        made = await connection.fetchval(
            SQL.make_list, name, title, by.person, by.entered_by, by.reason
        )
        if made is None:
            raise Conflict(f"There is a list {name!r} already.", path="name")
        await _keep(connection, name, "make", Changed(0, 0), by)


async def change(
    database: Database, name: str, way: Way, lines: AsyncIterable[str], *, by: By
) -> Changed:
    """Put subjects on a list, take them off, or put these in the place of all; one id a line.

    All or nothing. Raises NoSuchList, Invalid for a line that is no id, TooLarge for more than
    MOST_LISTED.
    """
    _check_text(by.reason, "reason")
    async with database.transaction() as connection:
        await _hold(connection, name, by)
        added = removed = 0
        if way == "replace":
            removed = _number(await connection.execute(SQL.empty_list, name))
        statement = SQL.take_off if way == "remove" else SQL.put_on
        async for ids in _batches(lines):
            buckets = [bucket_of(each) for each in ids]
            done = await connection.fetchval(statement, name, ids, buckets)
            added, removed = (added, removed + done) if way == "remove" else (added + done, removed)
            if added > MOST_LISTED:
                raise _too_many()
        if await connection.fetchval(SQL.members, name, MOST_LISTED + 1) > MOST_LISTED:
            raise _too_many()
        changed = Changed(added, removed)
        await _keep(connection, name, way, changed, by)
    return changed


async def drop(connection: Connection, name: str, *, by: By) -> Changed:
    """Remove a list in an open transaction; raise NoSuchList.

    For whoever knows that no grant needs it.
    """
    _check_text(by.reason, "reason")
    await _hold(connection, name, by)
    removed = _number(await connection.execute(SQL.empty_list, name))
    await connection.execute(SQL.drop_list, name)
    await _keep(connection, name, "drop", Changed(0, removed), by)
    return Changed(0, removed)


async def lists(database: Database, name: str | None = None) -> Sequence[Row]:
    """Return the lists, or the one of that name, with their members; raise NoSuchList."""
    rows = await database.fetch(SQL.lists, name)
    if name is not None and not rows:
        raise NoSuchList(name)
    return rows


async def changes(database: Database, name: str, *, limit: int = 100) -> Sequence[Row]:
    """Return what became of a list, latest first; raise NoSuchList for one that never was."""
    rows = await database.fetch(SQL.changes, name, limit)
    if not rows:
        raise NoSuchList(name)
    return rows


async def members(database: Database, name: str, *, after: str = "", limit: int) -> list[str]:
    """Return who is on a list, by id, after the id `after`; raise NoSuchList."""
    await lists(database, name)
    return [row["id"] for row in await database.fetch(SQL.page_of_list, name, after, limit)]


async def _hold(connection: Connection, name: str, by: By) -> None:
    held = await connection.fetchval(SQL.hold_list, name, by.person, by.entered_by, by.reason)
    if held is None:
        raise NoSuchList(name)


async def _keep(connection: Connection, name: str, word: str, changed: Changed, by: By) -> None:
    await connection.execute(
        SQL.keep_change, name, word, changed.added, changed.removed, by.person, by.entered_by,
        by.reason,
    )  # fmt: skip
    # Whoever is taken off a list is out of sight of grants bound to it at once.
    await tell_protected(connection)


async def _batches(lines: AsyncIterable[str]) -> AsyncIterator[list[str]]:
    """Yield the ids of lines, each once in a batch; empty lines and spaces around do not count."""
    number, ids = 0, dict[str, None]()
    async for line in lines:
        number += 1
        identifier = line.strip()
        if not identifier:
            continue
        if not is_id(identifier):
            raise Invalid(
                f"{identifier[:_LONGEST_LINE]!r} in line {number} is no id of this inventory.",
                path="line",
                hint="Write one id a line.",
            )
        ids[identifier] = None
        if len(ids) >= BATCH:
            yield sorted(ids)
            ids = {}
    if ids:
        yield sorted(ids)


def _too_many() -> TooLarge:
    return TooLarge(f"A list has at most {MOST_LISTED:,} subjects.", hint="Use several lists.")


def _check_text(text: str, path: str) -> None:
    if not text.strip() or len(text) > _LONGEST_TEXT or not text.isprintable():
        raise Invalid(f"must be a line of 1 to {_LONGEST_TEXT} characters.", path=path)


def _number(done: str) -> int:
    return int(done.rpartition(" ")[2])
