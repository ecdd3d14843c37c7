"""The one way a record changes: one statement for the record, its history, links and outbox.

Changes that arrive together are written together, in one round trip and one commit; each
still succeeds or fails on its own. There are no triggers: the statement does it all.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from operator import attrgetter
from typing import Any

from customer_inventory.kit.errors import Conflict
from customer_inventory.record.choice import settling
from customer_inventory.record.choice.condition import ROLES
from customer_inventory.record.dated import beyond, is_dated
from customer_inventory.record.declare import RecordType
from customer_inventory.record.hierarchy.cycle import hold, refuse_cycles
from customer_inventory.record.period import overlapping
from customer_inventory.record.reference import (
    Referenced,
    demanding,
    hold_targets,
    hold_to_remove,
    is_target,
)
from customer_inventory.record.search.word import Noted, note, words_in
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import Change, RevisionPassed, Version
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.failures import Excluded
from customer_inventory.store.lane import Lane
from customer_inventory.store.placement import ALONE, SPREAD, Placement
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_REMOVAL = "remove_records"
_NAMES = ("create_records", "change_records", _REMOVAL)
_OF_OPERATION = {"create": "create_records", "delete": _REMOVAL}
_KEYS = "string_to_array(nullif({}, ''), ' ')"
_KEPT_KEYS = f", keys = CASE WHEN c.keys IS NULL THEN r.keys ELSE {_KEYS.format('c.keys')} END"
_PLACED = {
    "{in_r}": ("r", "{bucket}::smallint[]"),
    "{in_o}": ("o", "{bucket}::smallint[]"),
    "{in_h}": ("h", "{bucket}::smallint[]"),
    "{in_l}": ("l", "{bucket}::smallint[]"),
    "{in_dropped}": ("l", "{bucket}::smallint[] || {dropped_bucket}::smallint[]"),
}
"""Where statements say in which buckets what they change lies: the alias, and the buckets."""
Key = tuple[str, str, int]


class Writer:
    """Writes changes of records to one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lanes: dict[Key, Lane[Change, Version]] = {}
        self._noted = Noted()

    async def write(self, change: Change) -> Version:
        """Write `change` and return the version it made (its body None-like b"" if removed).

        Raises RevisionPassed when the record is no longer at the change's revision, Conflict
        when a record to be made exists, Unavailable when the database cannot be reached (the
        change may or may not have been made then).
        """
        name = _OF_OPERATION.get(change.operation, "change_records")
        shard = self._database.placement.shard_of(change.bucket)
        key = (change.declared.name, name, shard)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = Lane(partial(self._run, name, change.declared))
        return await lane.submit(change)

    async def _run(
        self, name: str, declared: RecordType, changes: Sequence[Change]
    ) -> Sequence[Version | Exception]:
        # Who adds edges to a tree looks, before the commit, whether they close a circle; who refers
        # to what must be there looks whether it is.
        wanted = demanding(changes)
        is_held = name == _REMOVAL and is_target(declared)
        is_long = is_held or bool(wanted) or any(change.dated.grown for change in changes)
        is_long = is_long or settling.concerns_choices(declared, changes)
        is_long = is_long or self._database.placement.is_distributed
        lent = self._database.transaction() if is_long else self._database.connection()
        try:
            async with lent as connection:
                await hold_targets(connection, wanted)
                if is_held:
                    await hold_to_remove(connection, declared, changes)
                return await write_all(connection, name, declared, changes, noted=self._noted)
        except Excluded:
            if len(changes) > 1:
                raise
            async with self._database.connection() as connection:
                begun = sorted(changes[0].dated.begun, key=attrgetter("path"))
                raise await overlapping(connection, begun) from None


async def write_all(
    connection: Connection,
    name: str,
    declared: RecordType,
    changes: Sequence[Change],
    *,
    noted: Noted | None = None,
) -> Sequence[Version | Exception]:
    """Run statement `name` for `changes` of one type; return version or failure of each.

    Two changes of one record in a batch: the second finds the revision passed. Changes that
    grow a tree, or concern choices, need an open transaction; raises Cycle when one closes a
    circle. `noted` says which name words the dictionary is known to hold: others are put there
    first.
    """
    await note(connection, words_in(change.keys for change in changes if change.keys), noted)
    by_id = {change.id: change for change in reversed(changes)}
    # In one order everywhere, so that two statements never wait for each other in a circle.
    firsts = [by_id[identifier] for identifier in sorted(by_id)]
    grows = any(change.dated.grown for change in firsts)
    if grows:
        await hold(connection)
    is_longer = _is_dated(name, declared, firsts)
    placement = connection.placement
    # What is written to every node is left out where there is nothing to write.
    restricts = not placement.is_distributed or await connection.fetchval(
        SQL.is_anything_restricted
    )
    sent = statement(name, declared, placement, is_dated=is_longer, restricts=restricts)
    is_choice = settling.concerns_choices(declared, firsts)
    before = await settling.named_by(connection, declared, by_id) if is_choice else ()
    rows = await connection.fetch(sent.text, *sent.arguments(declared, firsts))
    written = {row["id"]: row["revision"] for row in rows}
    if is_choice:
        await settling.settle_written(connection, declared, written, before)
    if grows:
        kept = [change for change in firsts if change.id in written]
        await refuse_cycles(connection, [edge for change in kept for edge in change.dated.grown])
    winners = {id(change) for change in firsts}
    return [
        _outcome(change, written) if id(change) in winners else _too_late(change)
        for change in changes
    ]


def _outcome(change: Change, written: Mapping[str, int | None]) -> Version | Exception:
    """Return the version that `change` made, by the revisions `written`, or why it made none."""
    if change.id not in written:
        return _too_late(change)
    revision = written[change.id]
    return Referenced() if revision is None else Version(change.id, revision, change.body or b"")


def _too_late(change: Change) -> Exception:
    return RevisionPassed() if change.revision else Conflict("This id is taken.", path="id")


@dataclass(frozen=True, slots=True)
class Sent:
    """A statement for one type: its text, and what its numbered parameters stand for."""

    text: str
    names: tuple[str, ...]

    def arguments(self, declared: RecordType, changes: Sequence[Change]) -> list[Sequence[Any]]:
        """Return an array a parameter: a value a change, or a value a link for those of links."""
        rows = {kind: [row for c in changes for row in of(c)] for kind, of in _ROWS.items()}
        return [_argument(name, declared, changes, rows) for name in self.names]


@cache
def statement(
    name: str,
    declared: RecordType,
    placement: Placement = ALONE,
    *,
    is_dated: bool = False,
    restricts: bool = True,
) -> Sent:
    """Return statement `name` of `write.sql` for the table and columns of `declared`.

    With `is_dated` it also keeps what changes say of time: exclusive periods and edges of trees.
    Unless it `restricts`, nothing is restricted that what is written could belong to.
    """
    columns = [column.name for column in declared.columns]
    is_found = bool(declared.searched)
    assignments = "".join(f", {column} = c.{column}" for column in columns)
    numbered = _Numbered(
        table=declared.table,
        type=declared.name,
        columns="".join(f", {column}" for column in [*columns, *(["keys"] * is_found)]),
        values="".join(f", {column}" for column in columns)
        + f", {_KEYS.format('keys')}" * is_found,
        assignments=assignments + _KEPT_KEYS * is_found,
    )
    arrays = "".join(f", {{column_{column}}}::text []" for column in columns)
    arrays += ", {keys}::text []" * is_found
    text = SQL[name].replace("{arrays}", arrays)
    text = text.replace("{restricting}", _restricting(name) if restricts else "")
    for hole, (alias, buckets) in _PLACED.items():
        text = text.replace(hole, placement.within(alias, buckets))
    more = beyond(is_removal=name == _REMOVAL) if is_dated else ""
    if name == _OF_OPERATION["create"] and declared.name in ROLES:
        more += settling.follow_created()
    text = text.replace("{beyond}", more).format_map(numbered)
    return Sent(text, tuple(numbered.names))


def _restricting(name: str) -> str:
    """Return the parts of a statement that restrict what belongs to a restricted subject."""
    parts = {"restricted": "restrict"} | ({"freed": "free"} if name == "change_records" else {})
    return "".join(f"{alias} AS (\n{SQL.part(part)}\n),\n\n" for alias, part in parts.items())


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    return {"is_anything_restricted": SQL.is_anything_restricted} | {
        f"{name}:{declared.name}{said}{':dated' * dated}": statement(
            name, declared, placement, is_dated=dated
        ).text
        for declared in TYPES.values()
        for name in _NAMES
        for said, placement in (("", ALONE), (":spread", SPREAD))
        for dated in (False, True)
        if is_dated(declared) or not dated
    }


class _Numbered(dict[str, str]):
    """What holes are filled with: any name not given is a parameter, numbered as it comes."""

    def __init__(self, **given: str) -> None:
        super().__init__(given)
        self.names: list[str] = []

    def __missing__(self, name: str) -> str:
        self.names.append(name)
        self[name] = f"${len(self.names)}"
        return self[name]


_OF_CHANGE: dict[str, Callable[[Change], Any]] = {
    **{
        name: attrgetter(name)
        for name in (
            "id",
            "bucket",
            "subject_id",
            "operation",
            "body",
            "revision",
            "event",
            "is_guarded",
            "keys",
            "is_grouped",
            "subjects",
        )
    },
    **{name: attrgetter(f"actor.{name}") for name in ("process", "person", "purpose")},
    "valid_from": lambda change: change.period[0],
    "valid_to": lambda change: change.period[1],
}
"""What a parameter takes of each change."""

_ROWS: dict[str, Callable[[Change], Collection[Any]]] = {
    **{name: attrgetter(name) for name in ("added", "dropped")},
    **{name: attrgetter(f"dated.{name}") for name in ("ended", "begun", "cut", "grown")},
}
"""Rows beside that of the record, by the first word of the parameters that take them."""


def _is_dated(name: str, declared: RecordType, changes: Sequence[Change]) -> bool:
    """Tell whether changes need the longer statement: they seldom do."""
    if name == _REMOVAL:
        return is_dated(declared)
    return any(change.dated for change in changes)


def _argument(
    name: str,
    declared: RecordType,
    changes: Sequence[Change],
    rows: Mapping[str, Sequence[Any]],
) -> Sequence[Any]:
    if name in _OF_CHANGE:
        return list(map(_OF_CHANGE[name], changes))
    kind, _, attribute = name.partition("_")
    if kind == "column":
        column = next(column for column in declared.columns if column.name == attribute)
        return [column.value(change.document or {}) for change in changes]
    return list(map(attrgetter(attribute), rows[kind]))
