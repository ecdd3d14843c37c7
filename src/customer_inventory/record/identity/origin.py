"""Origins in the database: read and held, kept, and traced to who said what of them.

Merging, parting and writing to groups exclude each other by one advisory lock (shared by those
who write to groups), so that a group cannot change while what is shown of it is computed.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import MANAGED, encode, is_same, parse, parse_object
from customer_inventory.record.identity.survivorship import Fact, Trust, View
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_ONE_MERGER = 0x69646E74  # "idnt"
_OF_TYPE = ("hold_records", "versions_traced")


async def hold(connection: Connection, *, shared: bool) -> None:
    """Let nobody merge or part until the open transaction ends; alone, unless `shared`."""
    statement = SQL.hold_identity_shared if shared else SQL.hold_identity
    await connection.execute(statement, _ONE_MERGER)


async def roots_of(
    connection: Connection | Database, ids: Sequence[str], buckets: Sequence[int] = ()
) -> dict[str, Row]:
    """Return those of `ids` that are, or were, of a group: rows of type, root and parent by id.

    `buckets` are those of the ids, if they are known.
    """
    buckets = buckets or list(map(bucket_of, ids))
    rows = await connection.fetch(SQL.origins_by_id, list(ids), buckets)
    return {row["id"]: row for row in rows}


async def groups(connection: Connection, roots: Sequence[str]) -> dict[str, tuple[View, Row]]:
    """Return every origin of the groups of `roots`, held: what it says, and its row, by id."""
    rows = await connection.fetch(SQL.origins_of_roots, list(roots))
    return {row["id"]: (_view(row), row) for row in rows}


async def shown_together(
    database: Database, declared: RecordType, identifier: str
) -> tuple[str, list[View]] | None:
    """Return the root of a record's group and what every origin of it says; None for no group."""
    place = (identifier, bucket_of(identifier), declared.name)
    rows = await database.fetch(SQL.origins_shown, *place)
    return (rows[0]["root"], [_view(row) for row in rows]) if rows else None


async def keep(
    connection: Connection, declared: RecordType, view: View, *, root: str, parent: str | None
) -> None:
    """Keep what an origin says."""
    facts = {
        name: [fact.source, fact.at.isoformat(), fact.covers] for name, fact in view.facts.items()
    }
    body = encode({**view.document, "id": view.id})
    await connection.execute(
        SQL.keep_origin,
        view.id,
        bucket_of(view.id),
        declared.name,
        root,
        parent,
        body,
        encode(facts),
    )


async def keep_version(
    connection: Connection, declared: RecordType, view: View, at: datetime, actor: Actor
) -> None:
    """Keep in its own history what an origin says while another is shown for it."""
    place = (view.id, bucket_of(view.id))
    await connection.execute(SQL.end_version, *place, at)
    body = encode({**view.document, "id": view.id})
    who = (actor.process, actor.person, actor.purpose)
    await connection.execute(SQL.keep_version, *place, declared.name, body, at, *who)


async def held(connection: Connection, declared: RecordType, ids: Sequence[str]) -> dict[str, Row]:
    """Return the present versions of records, held: rows of id, revision and body by id."""
    rows: dict[str, Row] = {}
    text = of_type("hold_records", declared)
    for group in connection.placement.apart(ids):
        buckets = [bucket_of(identifier) for identifier in group]
        rows |= {row["id"]: row for row in await connection.fetch(text, group, buckets)}
    return rows


async def traced(
    connection: Connection | Database, declared: RecordType, identifier: str, document: Document
) -> View:
    """Return what a record that is one says: `document`, each attribute traced by its history.

    Who said an attribute is who recorded the first of the latest versions that all have it so.
    """
    rows = await connection.fetch(
        of_type("versions_traced", declared), identifier, bucket_of(identifier)
    )
    view = View(identifier, dict(document))
    undecided = [name for name in document if name not in MANAGED]
    for row in rows:
        then = parse_object(row["body"])
        undecided = [
            name for name in undecided if name in then and is_same(then[name], document[name])
        ]
        if not undecided:
            break
        for name in undecided:
            view.facts[name] = Fact(row["process"], row["at"])
    return view


async def trust(connection: Connection | Database) -> Trust:
    """Return how far sources are trusted."""
    rows = await connection.fetch(SQL.ranks)
    return Trust(
        {row["source"]: row["rank"] for row in rows if not row["element"]},
        {(row["source"], row["element"]): row["rank"] for row in rows if row["element"]},
    )


async def memberships(database: Database, identifier: str) -> Sequence[Row]:
    """Return since when a record was shown as what, and what as it: rows, latest first."""
    return await database.fetch(SQL.memberships, identifier)


async def joined_by(database: Database, one: str, other: str) -> str:
    """Return which origin was merged so that two records of one group are shown as one.

    To part it shows them apart again. Raises ValueError for records of different groups.
    """
    ways = [await _way_up(database, each) for each in (one, other)]
    meeting = next((each for each in ways[0] if each in ways[1]), None)
    if meeting is None or one == other:
        raise ValueError("the records are of different groups")
    below = [way[way.index(meeting) - 1] for way in ways if way[0] != meeting]
    joined = {each: await _joined_at(database, each) for each in below}
    return max(below, key=lambda each: joined[each])


async def _way_up(database: Database, identifier: str) -> list[str]:
    """Return a record, what it was merged into, and so on to what is shown."""
    way = [identifier]
    while (row := (await roots_of(database, way[-1:])).get(way[-1])) and row["parent"]:
        way.append(row["parent"])
    return way


async def _joined_at(database: Database, identifier: str) -> datetime:
    """Return since when a merged origin is shown as another."""
    rows = await memberships(database, identifier)
    joined: list[datetime] = [
        row["joined_at"] for row in rows if row["origin"] == identifier and row["left_at"] is None
    ]
    return max(joined)


@cache
def of_type(name: str, declared: RecordType) -> str:
    """Return the statement `name` for the table of a type."""
    return SQL[name].format(table=declared.table, type=declared.name)


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    plain = {name: text for name, text in SQL.items() if name not in _OF_TYPE}
    return plain | {
        f"{name}:{declared.name}": of_type(name, declared)
        for name in _OF_TYPE
        for declared in TYPES.values()
    }


def _view(row: Row) -> View:
    facts: dict[str, Any] = parse(row["facts"])
    return View(
        row["id"],
        parse_object(row["body"]),
        {
            name: Fact(source, datetime.fromisoformat(at), covers)
            for name, (source, at, covers) in facts.items()
        },
    )
