"""The one way a record changes: one statement for the record, its history, links and outbox.

Changes that arrive together are written together, in one round trip and one commit; each
still succeeds or fails on its own. There are no triggers: the statement does it all.
"""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

from customer_inventory.kit.errors import Conflict
from customer_inventory.record.declare import RecordType
from customer_inventory.record.link import Link
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import Change, RevisionPassed, Version
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.lane import Lane
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_FIXED = {"create_records": 18, "change_records": 27, "remove_records": 6}
_OF_OPERATION = {"create": "create_records", "delete": "remove_records"}
Key = tuple[str, str]


class Writer:
    """Writes changes of records to one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lanes: dict[Key, Lane[Change, Version]] = {}

    async def write(self, change: Change) -> Version:
        """Write `change` and return the version it made (its body None-like b"" if removed).

        Raises RevisionPassed when the record is no longer at the change's revision, Conflict
        when a record to be made exists, Unavailable when the database cannot be reached (the
        change may or may not have been made then).
        """
        name = _OF_OPERATION.get(change.operation, "change_records")
        key = (change.declared.name, name)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = Lane(partial(self._run, name, change.declared))
        return await lane.submit(change)

    async def _run(
        self, name: str, declared: RecordType, changes: Sequence[Change]
    ) -> Sequence[Version | Exception]:
        async with self._database.connection() as connection:
            return await write_all(connection, name, declared, changes)


async def write_all(
    connection: Connection, name: str, declared: RecordType, changes: Sequence[Change]
) -> Sequence[Version | Exception]:
    """Run statement `name` for `changes` of one type; return version or failure of each.

    Two changes of one record in a batch: the second finds the revision passed.
    """
    by_id = {change.id: change for change in reversed(changes)}
    # In one order everywhere, so that two statements never wait for each other in a circle.
    firsts = [by_id[identifier] for identifier in sorted(by_id)]
    rows = await connection.fetch(statement(name, declared), *_ARGUMENTS[name](declared, firsts))
    written = {row["id"]: row["revision"] for row in rows}
    winners = {id(change) for change in firsts}
    return [
        Version(change.id, written[change.id], change.body or b"")
        if id(change) in winners and change.id in written
        else RevisionPassed()
        if change.revision
        else Conflict("This id is taken.", path="id")
        for change in changes
    ]


@cache
def statement(name: str, declared: RecordType) -> str:
    """Return statement `name` of `write.sql` for the table and columns of `declared`."""
    columns = [column.name for column in declared.columns]
    first = _FIXED[name] + 1
    return SQL[name].format(
        table=declared.table,
        type=declared.name,
        columns="".join(f", {column}" for column in columns),
        arrays="".join(f", ${first + place}::text []" for place in range(len(columns))),
        assignments="".join(f", {column} = c.{column}" for column in columns),
    )


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    return {
        f"{name}:{declared.name}": statement(name, declared)
        for declared in TYPES.values()
        for name in _FIXED
    }


def _creating(declared: RecordType, changes: Sequence[Change]) -> list[Any]:
    links = [link for change in changes for link in change.added]
    return [*_head(changes), *_links(links), *_columns(declared, changes)]


def _changing(declared: RecordType, changes: Sequence[Change]) -> list[Any]:
    dropped = [link for change in changes for link in change.dropped]
    added = [link for change in changes for link in change.added]
    return [
        *_head(changes),
        [change.revision for change in changes],
        [change.event for change in changes],
        *_links(dropped)[:-1],
        *_links(added),
        *_columns(declared, changes),
    ]


def _removing(_: RecordType, changes: Sequence[Change]) -> list[Any]:
    actors = [change.actor for change in changes]
    return [
        [change.id for change in changes],
        [change.bucket for change in changes],
        [change.revision for change in changes],
        [actor.process for actor in actors],
        [actor.person for actor in actors],
        [actor.purpose for actor in actors],
    ]


def _head(changes: Sequence[Change]) -> list[Any]:
    actors = [change.actor for change in changes]
    return [
        [change.id for change in changes],
        [change.bucket for change in changes],
        [change.subject_id for change in changes],
        [change.operation for change in changes],
        [change.body for change in changes],
        [change.period[0] for change in changes],
        [change.period[1] for change in changes],
        [actor.process for actor in actors],
        [actor.person for actor in actors],
        [actor.purpose for actor in actors],
    ]


def _columns(declared: RecordType, changes: Sequence[Change]) -> list[list[str | None]]:
    return [
        [column.value(change.document or {}) for change in changes] for column in declared.columns
    ]


def _links(links: Sequence[Link]) -> list[Sequence[Any]]:
    return list(zip(*links, strict=True)) if links else [[] for _ in Link._fields]


_ARGUMENTS: dict[str, Callable[[RecordType, Sequence[Change]], list[Any]]] = {
    "create_records": _creating,
    "change_records": _changing,
    "remove_records": _removing,
}
