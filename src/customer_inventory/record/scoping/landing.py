"""Writes of a caller that is bound to some records: what it names, makes and leaves is in scope.

A record out of scope is not there for it: a reference to one is answered as one to an id that
nobody has, whatever the policy of the reference. So nobody draws a record into scope by
referring to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from customer_inventory.kit.errors import Refused
from customer_inventory.kit.ids import bucket_of, is_id
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.link import extract
from customer_inventory.record.reference import Dangling
from customer_inventory.record.scope import EVERY_ROW, Rows
from customer_inventory.record.shown import MANY, MOST_KEPT, Statement, subjects_named
from customer_inventory.record.sight import Sight
from customer_inventory.record.types import TYPES, over_every_type
from customer_inventory.record.version import NoSuchRecord
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.sql import beside, entitled

SQL = beside(__name__)


class OutOfScope(Refused):
    """What was to be written would be out of what the caller is granted."""

    code = "outOfScope"

    def __init__(self, declared: RecordType) -> None:
        super().__init__(
            f"The {declared.entity} would be out of what you are granted.",
            hint="Your grant is bound to some records: make and keep them within its scope.",
        )


async def demand_written(
    database: Database,
    declared: RecordType,
    document: Document,
    sight: Sight,
    *,
    process: str,
    old: Document | None = None,
) -> None:
    """Raise Dangling or OutOfScope unless `document` may be made, or made of `old`, by a caller.

    Everything that it comes to refer to is in scope, and so is the record itself.
    """
    if not sight.rows.by_type:
        return
    await _demand_references(database, declared, document, old, sight.rows)
    if not all(await lands(database, declared, [document], sight.rows, process)):
        raise OutOfScope(declared)


async def lands(
    database: Database,
    declared: RecordType,
    documents: Sequence[Document],
    rows: Rows,
    process: str | None = None,
) -> list[bool]:
    """Tell of each of these documents whether a record of the type with it would be in scope.

    `process` made those that are not there; None: their history says who did.
    """
    if rows.of(declared.name) is None:
        return [True] * len(documents)
    asked = _lands(declared, rows)
    ids = [document["id"] for document in documents]
    subjects = [declared.subject_of(document) or document["id"] for document in documents]
    values = ([column.value(each) for each in documents] for column in declared.columns)
    found = await database.fetch(
        asked.text, ids, list(map(bucket_of, ids)), subjects, process, *values, *asked.values
    )
    numbers = {row["number"] for row in found}
    return [number in numbers for number in range(1, len(documents) + 1)]


async def demand_in_scope(
    database: Database, declared: RecordType, ids: Iterable[str], sight: Sight
) -> None:
    """Raise NoSuchRecord unless every record of a type, or what it is shown as, is in scope."""
    if not sight.rows.by_type:
        return
    wanted = list(ids)
    found = await in_scope(database, wanted, sight.rows)
    if any(found.get(each) != declared.name for each in wanted):
        raise NoSuchRecord(declared)


async def demand_present(
    connection: Connection, declared: RecordType, ids: Iterable[str], sight: Sight
) -> None:
    """Raise OutOfScope unless records of a type, as the open transaction has them, are in scope."""
    if not sight.rows.by_type:
        return
    wanted = list(ids)
    found = await in_scope(connection, wanted, sight.rows)
    if any(found.get(each) != declared.name for each in wanted):
        raise OutOfScope(declared)


async def in_scope(
    database: Database | Connection, ids: Iterable[str], rows: Rows
) -> Mapping[str, str]:
    """Return those of `ids`, of any type, that are there and in scope: their types by id.

    One that was merged is if that is which it is shown as.
    """
    wanted = sorted({each for each in ids if is_id(each)})
    if not wanted:
        return {}
    merged = {
        row["id"]: row["root"]
        for row in await database.fetch(SQL.roots_of_merged, wanted, list(map(bucket_of, wanted)))
    }
    present = sorted({merged.get(each, each) for each in wanted})
    asked = _in_scope(rows)
    found = {
        row["id"]: row["type"]
        for row in await database.fetch(
            asked.text, present, list(map(bucket_of, present)), *asked.values
        )
    }
    shown_as = {each: merged.get(each, each) for each in wanted}
    return {each: found[root] for each, root in shown_as.items() if root in found}


async def _demand_references(
    database: Database,
    declared: RecordType,
    document: Document,
    old: Document | None,
    rows: Rows,
) -> None:
    before = _named(declared, old) if old else set()
    named = _named(declared, document) - before
    found = await in_scope(database, (identifier for _, identifier in named), rows)
    for path, identifier in sorted(named):
        if identifier not in found:
            raise Dangling(path)


def _named(declared: RecordType, document: Document) -> set[tuple[str, str]]:
    """Return the paths and ids of what a document names: whom it belongs to, what it refers to."""
    found = {(link.path, link.other_id) for link in extract(declared, document) if link.outward}
    subject = declared.subject_of(document)
    if subject is not None and subject != document["id"]:
        found.add((declared.subject[0], subject))
    return {(path, identifier) for path, identifier in found if is_id(identifier)}


def every_statement() -> dict[str, str]:
    """Return every kind of statement this module can send, by a name of its own (for planning)."""
    landing = {f"lands:{name}": _lands(TYPES[name], EVERY_ROW).text for name in TYPES}
    return {
        **landing,
        "in_scope": _in_scope(EVERY_ROW).text,
        "roots_of_merged": SQL.roots_of_merged,
    }


@lru_cache(maxsize=MOST_KEPT)
def _lands(declared: RecordType, rows: Rows) -> Statement:
    first = 5
    names = [column.name for column in declared.columns]
    among = "SELECT unnest($3::text[]) AS id"
    own = first + len(names) - 1
    condition, values = _condition(declared, rows, own, among)
    text = SQL.lands.format(
        table=declared.table,
        columns="".join(f", {name}" for name in names),
        values="".join(f", k.{name}" for name in names),
        arrays="".join(f", ${number}::text[]" for number in range(first, first + len(names))),
        condition=condition,
    )
    return Statement(text, tuple(values))


@over_every_type
@lru_cache(maxsize=MOST_KEPT)
def _in_scope(rows: Rows) -> Statement:
    parts: list[str] = []
    values: list[object] = []
    for name, declared in TYPES.items():
        among = subjects_named(declared, MANY)
        condition, own = _condition(declared, rows, 2 + len(values), among)
        part = SQL.part("in_scope_of_type")
        parts.append(part.format(type=name, table=declared.table, condition=condition))
        values += own
    return Statement(entitled("in_scope", "\nUNION ALL\n".join(parts)), tuple(values))


def _condition(declared: RecordType, rows: Rows, own: int, among: str) -> tuple[str, list[object]]:
    """Return the SQL that a row of a type is in scope, and its values after `own` parameters.

    Asked about are the records of its first two parameters, of the subjects `among`.
    """
    values: list[object] = []

    def parameter(value: object) -> str:
        values.append(value)
        return f"${own + len(values)}"

    condition = rows.of(declared.name)
    if condition is None:
        return "TRUE", values
    return condition.sql(declared, "r", parameter, rows.sharded(among, MANY)), values
