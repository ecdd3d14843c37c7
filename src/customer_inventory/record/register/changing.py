"""What changed of records since a mark, what that touches, and who gave attributes their values.

A mark is a snapshot of the database, and a number of the outbox up to which everything is in it:
what commits late is missed by no number, and looked for from a number on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.declare import RecordType
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_WHOLE = ("note_newest", "snapshot", "is_kept", "changed_since", "neighbours")


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment in the life of the records: all numbers up to `floor` are in `snapshot`."""

    floor: int
    snapshot: str


@dataclass(frozen=True, slots=True)
class Changed:
    """Records of a type that changed: their ids, and how many more of them there are than before.

    Of those that were removed the ids are here as well.
    """

    ids: Sequence[str]
    more: int


async def mark(database: Database, before: int = 0) -> Mark:
    """Return the mark of now; `before` is the floor of an earlier one.

    It never waits: while a transaction that may have drawn a number runs, the floor stays.
    """
    newest = await database.row(SQL.note_newest)
    now = await database.row(SQL.snapshot)
    assert newest is not None and now is not None  # noqa: S101, PT018 - they always answer
    is_final = now["oldest"] >= newest["xid"]
    return Mark(max(newest["seq"], before) if is_final else before, now["snapshot"])


async def is_kept(database: Database, since: Mark) -> bool:
    """Tell whether all that changed since a mark is still told of: nothing of it was pruned."""
    return bool(await database.value(SQL.is_kept, since.floor))


async def changed(database: Database, since: Mark, record_type: str | None) -> Changed:
    """Return the records of a type (None: of any) that changed since a mark."""
    row = await database.row(SQL.changed_since, since.floor, since.snapshot, record_type)
    return Changed(row["ids"], row["more"]) if row else Changed((), 0)


async def touched(
    database: Database, declared: RecordType, ids: Sequence[str], reach: int
) -> set[str]:
    """Return the records of a type about which changes of any records `ids` may say otherwise.

    Those from which they are no more than `reach` links away, or were.
    """
    if not ids:
        return set()
    catalogue = [name for name, each in TYPES.items() if each.is_catalogue]
    near = set(ids)
    last = near
    for _ in range(reach - 1):
        rows = await database.fetch(SQL.neighbours, list(last), catalogue)
        last = {row["id"] for row in rows} - near
        near = near | last
    rows = await database.fetch(_of("of_type", declared), list(near), declared.name)
    return {row["id"] for row in rows}


async def given(
    database: Database, declared: RecordType, attributes: Iterable[tuple[str, str]]
) -> Mapping[tuple[str, str], tuple[str, datetime]]:
    """Return which process gave attributes of the first level their present values, and when.

    They are asked for by record id and attribute.
    """
    asked = list(attributes)
    if not asked:
        return {}
    ids, names = [each for each, _ in asked], [name for _, name in asked]
    buckets = [bucket_of(each) for each in ids]
    rows = await database.fetch(_of("given", declared), ids, buckets, names)
    return {(row["id"], row["attribute"]): (row["process"], row["given_at"]) for row in rows}


@cache
def _of(name: str, declared: RecordType) -> str:
    return SQL[name].format(table=declared.table)


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    by_type = {
        f"{name}:{kind}": _of(name, declared)
        for name in ("of_type", "given")
        for kind, declared in TYPES.items()
    }
    whole = {name: SQL[name] for name in _WHOLE}
    return by_type | whole
