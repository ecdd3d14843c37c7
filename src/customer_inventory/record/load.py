"""Making new records in bulk: by COPY, with the facts that the write statement would leave.

Two halves. `prepared` is a pure function that turns a document into lines of COPY text,
fit for a worker process. `load` pumps the lines of many records into the tables, inside
a transaction that the caller gives. Nothing here looks at records that exist already.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.link import Link, extract
from customer_inventory.store.database import Connection

_ROW = (
    "id", "bucket", "subject_id", "valid_from", "valid_to",
    "revision", "operation", "recorded_at", "process", "person", "purpose",
)  # fmt: skip
_EVENT = ("id", "bucket", "type", "revision", "event", "recorded_at")

# 'now' is read by the server as the instant the transaction began: all rows get the same.
_RECORDED_AT = "now"
_NULL = "\\N"
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


class Prepared(NamedTuple):
    """A record to be made: its id, and its lines of COPY text, each with its newline.

    `row` is for the table of its type and ends with the document, `links` (any number of
    lines) for `record.link`, `event` for `record.outbox`.
    """

    id: str
    row: bytes
    links: bytes
    event: bytes

    @property
    def body(self) -> bytes:
        """The document, as it was encoded."""
        # JSON holds no bare tab, and the document is the last column.
        return self.row[self.row.rindex(b"\t") + 1 : -1].replace(b"\\\\", b"\\")


def prepared(declared: RecordType, document: Document, body: bytes, actor: Actor) -> Prepared:
    """Return the lines that make a record of `document`, whose id is set, by `actor`.

    `body` is the document encoded; raises ValueError for a period before the year 1.
    """
    identifier = document["id"]
    bucket = bucket_of(identifier)
    subject = declared.subject_of(document)
    start, end = declared.period(document)
    columns = "".join([f"{_text(column.value(document))}\t" for column in declared.columns])
    head = (
        f"{identifier}\t{bucket}\t{_text(subject) if subject else identifier}"
        f"\t{_instant(start)}\t{_instant(end)}{_provenance(actor)}{columns}"
    )
    return Prepared(
        identifier,
        b"%b%b\n" % (head.encode(), body.replace(b"\\", b"\\\\")),
        "".join(map(_link, extract(declared, document))).encode(),
        f"{identifier}\t{bucket}\t{declared.name}\t1\tcreate\t{_RECORDED_AT}\n".encode(),
    )


async def load(connection: Connection, declared: RecordType, records: Sequence[Prepared]) -> None:
    """Make `records` of one type, none of which has ever existed, in the open transaction.

    Raises the driver's errors, as every statement does inside a transaction.
    """
    if not records:
        return
    columns = [*_ROW, *(column.name for column in declared.columns), "body"]
    rows = b"".join([record.row for record in records])
    links = b"".join([record.links for record in records])
    events = b"".join([record.event for record in records])
    await _copy(connection, declared.table, columns, rows)
    await _copy(connection, "link", Link._fields, links)
    await _copy(connection, "outbox", _EVENT, events)


async def _copy(connection: Connection, table: str, columns: Sequence[str], lines: bytes) -> None:
    if lines:
        # As a view: the driver takes plain bytes for the name of a file.
        await connection.copy_to_table(
            table, schema_name="record", columns=columns, source=memoryview(lines), format="text"
        )


@lru_cache
def _provenance(actor: Actor) -> str:
    who = (actor.process, actor.person, actor.purpose)
    return f"\t1\tcreate\t{_RECORDED_AT}\t" + "".join([f"{_text(word)}\t" for word in who])


def _link(link: Link) -> str:
    bucket, identifier, outward, path, role, other_id, other_bucket, other_type = link
    return (
        f"{bucket}\t{_text(identifier)}\t{'t' if outward else 'f'}\t{path}\t{_text(role)}"
        f"\t{_text(other_id)}\t{other_bucket}\t{other_type or _NULL}\n"
    )


def _instant(instant: datetime | None) -> str:
    return _NULL if instant is None else instant.astimezone(UTC).isoformat()


def _text(word: str | None) -> str:
    if word is None:
        return _NULL
    if _SPECIAL.search(word):
        return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], word)
    return word
