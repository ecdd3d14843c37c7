"""Making new records in bulk: by COPY, with the facts that the write statement would leave.

Two halves. `lines_of` is a pure function that turns a document into COPY text, fit for a
worker process. `load` pumps the lines of many records into the tables, inside a
transaction that the caller gives; the records must be new, which `known` finds out.
"""

import re
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.link import Link, extract
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Connection, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

Lines = tuple[bytes, bytes, bytes]
"""A new record as COPY text: a line for the table of its type, any number of lines for
`record.link`, a line for `record.outbox`, each with its newline."""

# The revision comes first, so that it can be changed, and the document last, so that it is found.
_ROW_FIRST = (
    "revision", "operation", "recorded_at", "process", "person", "purpose",
    "id", "bucket", "subject_id", "valid_from", "valid_to",
)  # fmt: skip
_EVENT = ("revision", "event", "recorded_at", "id", "bucket", "type")
# The server reads 'now' as the instant its transaction began: all records get the same.
_MADE = "1\tcreate\tnow\t"

_NULL = "\\N"
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def lines_of(declared: RecordType, document: Document, body: bytes, actor: Actor) -> Lines:
    """Return the lines that make a record of `document`, which has its id, by `actor`.

    `body` is the document encoded. Raises Invalid for a period that no table can hold.
    """
    identifier = document["id"]
    bucket = bucket_of(identifier)
    subject = declared.subject_of(document)
    start, end = declared.period(document)
    columns = [_text(column.value(document)) for column in declared.columns]
    head = "\t".join(
        [
            _provenance(actor),
            identifier,
            str(bucket),
            _text(subject) if subject else identifier,
            _instant(start, declared),
            _instant(end, declared),
            *columns,
        ]
    )
    return (
        b"%b\t%b\n" % (head.encode(), body.replace(b"\\", b"\\\\")),
        "".join(map(_link, extract(declared, document))).encode(),
        f"{_MADE}{identifier}\t{bucket}\t{declared.name}\n".encode(),
    )


def body_of(lines: Lines) -> bytes:
    """Return the document in `lines`, as it was encoded."""
    row = lines[0]
    return row[row.rindex(b"\t") + 1 : -1].replace(b"\\\\", b"\\")


async def known(
    connection: Connection, declared: RecordType, identifiers: Collection[str]
) -> dict[str, Row]:
    """Return the records of a type that exist already, by id.

    Each has its `revision` and `body`, and by which `process` it was `recorded_at` what time.
    """
    buckets = [bucket_of(identifier) for identifier in identifiers]
    statement = _known_statement(declared)
    rows = await connection.fetch(statement, list(identifiers), buckets)
    return {row["id"]: row for row in rows}


async def load(connection: Connection, records: Mapping[RecordType, Mapping[str, Lines]]) -> None:
    """Make `records`, by type and id, in the open transaction; none of them may exist.

    Raises the driver's errors, as every statement does inside a transaction.
    """
    renewed = await _renewed(connection, [key for lines in records.values() for key in lines])
    links: list[bytes] = []
    events: list[bytes] = []
    for declared, given in records.items():
        made = {
            **given,
            **{key: _at(renewed[key], given[key]) for key in renewed.keys() & given.keys()},
        }
        columns = [*_ROW_FIRST, *(column.name for column in declared.columns), "body"]
        await _copy(connection, declared.table, columns, [row for row, _, _ in made.values()])
        links += [link for _, link, _ in made.values()]
        events += [event for _, _, event in made.values()]
    await _copy(connection, "link", Link._fields, links)
    await _copy(connection, "outbox", _EVENT, events)


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    by_type = {f"known_records:{name}": _known_statement(kind) for name, kind in TYPES.items()}
    return {**by_type, "end_removals": SQL.end_removals}


async def _renewed(connection: Connection, identifiers: Sequence[str]) -> dict[str, int]:
    """Return the revision that goes on where an id's history ended, for the few that have one."""
    buckets = [bucket_of(identifier) for identifier in identifiers]
    rows = await connection.fetch(SQL.end_removals, identifiers, buckets)
    return {row["id"]: row["revision"] + 1 for row in rows}


def _at(revision: int, lines: Lines) -> Lines:
    row, links, event = lines
    return b"%d%b" % (revision, row[1:]), links, b"%d%b" % (revision, event[1:])


async def _copy(
    connection: Connection, table: str, columns: Sequence[str], lines: Iterable[bytes]
) -> None:
    text = b"".join(lines)
    if text:
        await connection.copy_to_table(
            table, schema_name="record", columns=columns, source=_once(text), format="text"
        )


async def _once(text: bytes) -> AsyncIterator[bytes]:
    # The driver takes bytes for the name of a file, and what yields bytes for content.
    yield text


@cache
def _known_statement(declared: RecordType) -> str:
    return SQL.known_records.format(table=declared.table)


@lru_cache
def _provenance(actor: Actor) -> str:
    return _MADE + "\t".join(map(_text, (actor.process, actor.person, actor.purpose)))


def _link(link: Link) -> str:
    bucket, identifier, outward, path, role, other_id, other_bucket, other_type = link
    return (
        f"{bucket}\t{_text(identifier)}\t{'t' if outward else 'f'}\t{path}\t{_text(role)}"
        f"\t{_text(other_id)}\t{other_bucket}\t{other_type or _NULL}\n"
    )


def _instant(instant: datetime | None, declared: RecordType) -> str:
    if instant is None:
        return _NULL
    try:
        return instant.astimezone(UTC).isoformat()
    except OverflowError:
        raise Invalid("is before the year 1 or after 9999.", path=declared.validity) from None


def _text(word: str | None) -> str:
    if word is None:
        return _NULL
    if _SPECIAL.search(word):
        return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], word)
    return word
