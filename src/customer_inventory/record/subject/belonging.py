"""What belongs to a subject: its records of every type, and the records of others that name it.

Links are followed, those of the past too, so nothing depends on where records lie. A record
belongs when all whom it names as its subject belong; when it names others besides, it is
shared. A contact (an occurrence) belongs to whom it names first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from customer_inventory.kit.errors import NotFound
from customer_inventory.kit.ids import bucket_of, is_id
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import parse_object
from customer_inventory.record.types import TYPES, over_every_type
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)


class NoSuchSubject(NotFound):
    """No record and no history is known under that id."""

    def __init__(self) -> None:
        super().__init__("There is no subject with this id.", path="subjectId")


@dataclass(frozen=True, slots=True)
class Belongings:
    """The records of a subject by id and type (`own`), and those of others that name it."""

    subject_id: str
    own: Mapping[str, str]
    shared: Mapping[str, str]


async def belongings(database: Database, identifier: str) -> Belongings:
    """Return what belongs to the subject `identifier`: a party, or any record of its own.

    Records merged into one are one subject. Of a customer or another role it is the party behind
    it, where that is kept here. Raises NoSuchSubject when nothing is known under the id.
    """
    root, kind = await _subject_behind(database, identifier)
    return await gathered(database, root, {root: kind})


async def gathered(database: Database, root: str, known: Mapping[str, str]) -> Belongings:
    """Return what belongs to the subject `root`, of which the records `known` belong already."""
    own, seen = dict(known), set(known)
    near: dict[str, tuple[str, tuple[str, ...]]] = {}
    once: dict[str, str] = {}
    fresh: Iterable[str] = tuple(known)
    while fresh:
        merged, parted = await shown_with(database, list(fresh))
        fresh = {*fresh, *(merged.keys() - own.keys())}
        own |= merged
        once |= parted
        seen |= own.keys()
        found = await naming(database, list(fresh), known=seen | near.keys())
        near |= {i: (t, TYPES[t].subjects_of(d)) for i, (t, d) in found.items()}
        fresh = [i for i, (t, named) in near.items() if i not in own and _belongs(named, own)]
        own |= {i: near[i][0] for i in fresh}
        seen.update(fresh)
    shared = {i: t for i, (t, _) in near.items()} | once
    return Belongings(root, own, {i: t for i, t in shared.items() if i not in own})


async def check_known(database: Database, identifier: str) -> None:
    """Raise NoSuchSubject when no record and no history is known under the id."""
    if await _kind_of(database, identifier) is None:
        raise NoSuchSubject


async def documents(database: Database, kinds: Mapping[str, str]) -> dict[str, tuple[str, bytes]]:
    """Return type and document of records by id: the present one, or else the last there was."""
    found: dict[str, tuple[str, bytes]] = {}
    for name in sorted(set(kinds.values()) & TYPES.keys()):
        ids = [identifier for identifier, kind in kinds.items() if kind == name]
        rows = await database.fetch(_present(TYPES[name]), ids, _buckets(ids))
        found |= {row["id"]: (name, row["body"]) for row in rows}
    gone = [identifier for identifier in kinds if identifier not in found]
    if gone:
        rows = await database.fetch(SQL.last_documents, gone, _buckets(gone))
        found |= {r["id"]: (r["type"], r["body"]) for r in rows if r["type"] in TYPES}
    return found


async def versions(
    database: Database, kinds: Mapping[str, str]
) -> list[tuple[str, RecordType, Document]]:
    """Return id, type and document of every version of records, present and past."""
    ids = list(kinds)
    rows = await database.fetch(SQL.past_documents, ids, _buckets(ids))
    past = [(row["id"], row["type"], row["body"]) for row in rows if row["type"] in TYPES]
    present = [(i, name, body) for i, (name, body) in (await documents(database, kinds)).items()]
    return [(i, TYPES[name], parse_object(body)) for i, name, body in (*present, *past)]


async def _subject_behind(database: Database, identifier: str) -> tuple[str, str]:
    """Return id and type of the record that has no subject itself, upwards from `identifier`."""
    kind = None
    for _ in range(len(TYPES)):
        above = await _kind_of(database, identifier)
        if above is None:
            break
        kind = above
        found = await documents(database, {identifier: kind})
        named = TYPES[kind].subjects_of(parse_object(found[identifier][1])) if found else ()
        # What several share is nobody's: it is a subject by itself.
        if len(named) != 1 or await _kind_of(database, named[0]) is None:
            return identifier, kind
        identifier = named[0]
    if kind is None:
        raise NoSuchSubject
    return identifier, kind


async def shown_with(
    database: Database, ids: Sequence[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the records merged with one of `ids`, and those that once showed it, by type."""
    rows = await database.fetch(SQL.shown_with, ids, _buckets(ids))
    merged = {row["id"]: row["type"] for row in rows if row["is_one"]}
    return merged, {row["id"]: row["type"] for row in rows if not row["is_one"]}


async def _kind_of(database: Database, identifier: str) -> str | None:
    if not is_id(identifier):
        return None
    kind = await database.value(_kinds(), identifier, bucket_of(identifier))
    return kind if kind in TYPES else None


async def naming(
    database: Database, ids: Sequence[str], *, known: Iterable[str]
) -> dict[str, tuple[str, Document]]:
    """Return the records that name one of `ids` now or did once, with the types they have."""
    rows = await database.fetch(SQL.records_naming, ids, _buckets(ids))
    kinds = {row["id"]: row["type"] for row in rows if row["id"] not in set(known)}
    read = await documents(database, kinds)
    return {i: (name, parse_object(body)) for i, (name, body) in read.items()}


def _belongs(named: Sequence[str], own: Mapping[str, str]) -> bool:
    return bool(named) and all(each in own for each in named)


def _buckets(ids: Iterable[str]) -> list[int]:
    return [bucket_of(identifier) for identifier in ids]


@cache
def _present(declared: RecordType) -> str:
    return SQL.present_documents.format(table=declared.table)


@over_every_type
@cache
def _kinds() -> str:
    part = SQL.part("kind_in_table")
    parts = [part.format(type=each.name, table=each.table) for each in TYPES.values()]
    return SQL.kind_of_record.format(parts="".join(f"UNION ALL\n{part}\n" for part in parts))


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    return {
        "records_naming": SQL.records_naming,
        "last_documents": SQL.last_documents,
        "past_documents": SQL.past_documents,
        "shown_with": SQL.shown_with,
        "kind_of_record": _kinds(),
        **{f"present_documents:{name}": _present(TYPES[name]) for name in TYPES},
    }
