"""The past of one record: its versions, and the one that was held at an instant."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from customer_inventory.kit.errors import TooLarge
from customer_inventory.kit.ids import bucket_of, is_id
from customer_inventory.record.declare import RecordType
from customer_inventory.record.document import encode, parse_object
from customer_inventory.record.scope import EVERY_ROW, Rows
from customer_inventory.record.shown import MOST_KEPT, ONE, Shown, Statement
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.record.time.held import held
from customer_inventory.record.time.moment import Moment
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import NoSuchRecord, PastVersion, Version
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

MOST_COMPARED = 10_000
"""So many versions may lie between two instants that are compared."""
_CONTRIBUTED = "contribute"
_OWN = {
    "version_known_at": 3,
    "versions_of_record": 4,
    "number_of_versions": 2,
    "versions_between": 5,
}
"""How many parameters each statement has of its own."""


class NotThen(NoSuchRecord):
    """The record was not there, or did not hold, at the moment asked for."""

    def __init__(self, declared: RecordType) -> None:
        super().__init__(declared)
        self.message = f"There was no {declared.entity} with this id at that moment."
        self.hint = "Its history tells from when until when it was there."


async def known_at(
    database: Database,
    declared: RecordType,
    identifier: str,
    instant: datetime,
    sight: Sight = EVERYTHING,
) -> Version:
    """Return the version that was held at `instant`; raise NotThen when none was.

    That of a record which was merged into another then is the other's.
    """
    if not is_id(identifier):
        raise NoSuchRecord(declared)
    row = await _row_known_at(database, declared, identifier, instant, sight)
    # What a merged record says while another is shown for it stands in its own history.
    if row is None or row["operation"] == _CONTRIBUTED:
        root = await database.value(SQL.shown_as_at, identifier, declared.name, instant)
        if root != identifier:
            row = await _row_known_at(database, declared, root, instant, sight)
    if row is None:
        raise NotThen(declared)
    return Version(row["id"], row["revision"], row["body"])


async def _row_known_at(
    database: Database, declared: RecordType, identifier: str, instant: datetime, sight: Sight
) -> Row | None:
    key = (identifier, bucket_of(identifier))
    return await database.row(*_asked("version_known_at", declared, sight, *key, instant))


def as_of(declared: RecordType, version: Version, moment: Moment) -> Version:
    """Return `version` with the parts that held at the moment; raise NotThen when it did not."""
    if moment.as_of is None:
        return version
    document = held(declared, parse_object(version.body), moment.as_of)
    if document is None:
        raise NotThen(declared)
    return Version(version.id, version.revision, encode(document))


async def versions(
    database: Database,
    declared: RecordType,
    identifier: str,
    sight: Sight = EVERYTHING,
    *,
    limit: int,
    offset: int = 0,
) -> list[PastVersion]:
    """Return versions of a record, newest first, after the `offset` newest.

    Raises NoSuchRecord for a record that never was.
    """
    key = (identifier, bucket_of(identifier))
    rows = await database.fetch(*_asked("versions_of_record", declared, sight, *key, limit, offset))
    if not rows and not (
        offset and await number_of_versions(database, declared, identifier, sight)
    ):
        raise NoSuchRecord(declared)
    return [PastVersion(**dict(row)) for row in rows]


async def number_of_versions(
    database: Database,
    declared: RecordType,
    identifier: str,
    sight: Sight = EVERYTHING,
) -> int:
    """Return how many versions of a record there are."""
    key = (identifier, bucket_of(identifier))
    return int(await database.value(*_asked("number_of_versions", declared, sight, *key)))


async def versions_between(
    database: Database,
    declared: RecordType,
    identifier: str,
    start: datetime,
    end: datetime,
    *,
    sight: Sight = EVERYTHING,
) -> list[PastVersion]:
    """Return the versions held at any time from `start` to `end`, oldest first.

    Raises TooLarge when there are more than MOST_COMPARED.
    """
    rows = await database.fetch(
        *_asked(
            "versions_between",
            declared,
            sight,
            identifier,
            bucket_of(identifier),
            start,
            end,
            MOST_COMPARED + 1,
        )
    )
    if len(rows) > MOST_COMPARED:
        raise TooLarge(
            f"More than {MOST_COMPARED} versions lie between.", hint="Name a shorter time."
        )
    return [PastVersion(**dict(row)) for row in rows]


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    typed = {
        f"{name}:{kind}": _of(name, TYPES[kind], EVERY_ROW).text for name in _OWN for kind in TYPES
    }
    return {"shown_as_at": SQL.shown_as_at, **typed}


def _asked(name: str, declared: RecordType, sight: Sight, *own: Any) -> tuple[Any, ...]:
    """Return the statement `name` for a type, and its arguments."""
    statement = _of(name, declared, sight.rows)
    return (statement.text, *statement.arguments(sight, *own))


@lru_cache(maxsize=MOST_KEPT)
def _of(name: str, declared: RecordType, rows: Rows) -> Statement:
    """Return a statement; who may not see what a record is may not see what it was."""
    shown = Shown(rows, _OWN[name], named=ONE)
    then = [shown.unrestricted_then("h", "h.recorded_to", declared)]
    if rows.of(declared.name) is not None:
        then.append(shown.exists(declared, "h"))
    text = SQL[name].format(
        table=declared.table,
        type=declared.name,
        shown=shown.of(declared),
        shown_then=" AND ".join(then),
    )
    return Statement(text, tuple(shown.values))
