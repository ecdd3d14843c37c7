"""Making new records in bulk: by COPY, with the facts that the write statement would leave.

Two halves. `lines_of` is a pure function that turns a document into COPY text, fit for a
worker process. `load` pumps the lines of many records into the tables, inside a
transaction that the caller gives; the records must be new, which `known` finds out.
"""

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from itertools import accumulate, pairwise

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.dated_lines import OF_PERIOD, contended, dated_lines, edges_in
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import parse_object
from customer_inventory.record.hierarchy.cycle import hold, refuse_cycles
from customer_inventory.record.hierarchy.edge import Edge
from customer_inventory.record.link import Link, _named, _type_of
from customer_inventory.record.search.key import NAME, keys_of
from customer_inventory.record.search.word import note
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import creation
from customer_inventory.record.write import write_all
from customer_inventory.store.database import Connection, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

Lines = tuple[bytes, bytes, bytes, bytes, bytes, bytes]
"""A new record as COPY text: a line for the table of its type, any number of lines for
`record.link`, a line for `record.outbox`, the words of its names for the dictionary, and any
number of lines for `record.period` and `record.edge`, each with its newline."""

# The document comes last, so that it is found.
_ROW_FIRST = (
    "revision", "operation", "recorded_at", "process", "person", "purpose",
    "id", "bucket", "subject_id", "valid_from", "valid_to",
)  # fmt: skip
_EVENT = ("revision", "event", "recorded_at", "id", "bucket", "type")
# The server reads 'now' as the instant its transaction began: all records get the same.
_MADE = "1\tcreate\tnow\t"

_NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def lines_of(declared: RecordType, document: Document, body: bytes, actor: Actor) -> Lines:
    """Return the lines that make a record of `document`, which has its id, by `actor`.

    `body` is the document encoded. Raises Invalid for a period that is none, and what `dated` does.
    """
    identifier = document["id"]
    bucket = bucket_of(identifier)
    start, end = declared.period(document)
    subject = declared.subject_of(document)
    head = [
        _provenance(actor),
        identifier,
        str(bucket),
        _text(subject) if subject else identifier,
        _instant(start),
        _instant(end),
    ]
    head += [_text(column.value(document)) for column in declared.columns]
    names = b""
    if declared.searched:
        keys = keys_of(declared, document)
        head.append(_array(keys))
        names = "".join(f"{key[2:]}\n" for key in keys if key.startswith(NAME)).encode()
    return (
        b"%b\t%b\n" % ("\t".join(head).encode(), body.replace(b"\\", b"\\\\")),
        _links(declared, document, bucket),
        f"{_MADE}{identifier}\t{bucket}\t{declared.name}\n".encode(),
        names,
        *dated_lines(declared, document),
    )


def body_of(lines: Lines) -> bytes:
    """Return the document in `lines`, as it was encoded."""
    row = lines[0]
    return row[row.rindex(b"\t") + 1 : -1].replace(b"\\\\", b"\\")


@dataclass(frozen=True, slots=True)
class Batch:
    """New records of one type, joined: cheap to hand from process to process and to send.

    `ids` and `buckets` are theirs in order; `texts` are the lines of all for each of the six
    tables, `ends` where in each text those of a record end.
    """

    ids: list[str]
    buckets: list[int]
    texts: Lines
    ends: tuple[list[int], ...]

    @classmethod
    def of(cls, records: Mapping[str, Lines]) -> "Batch":
        """Return the batch of `records`, lines by id."""
        columns = tuple(zip(*records.values(), strict=True)) or ((), (), (), (), (), ())
        rows, links, events, words, periods, edges = map(b"".join, columns)
        return cls(
            ids=list(records),
            buckets=[bucket_of(identifier) for identifier in records],
            texts=(rows, links, events, words, periods, edges),
            ends=tuple(map(_ends, columns)),
        )

    @property
    def contended(self) -> frozenset[bytes]:
        """What its transaction holds until it ends: keys of periods, and the trees."""
        return contended(*self.texts[-2:])

    def taken_apart(self) -> dict[str, Lines]:
        """Return the lines by id again."""
        parts = [
            [text[start:end] for start, end in pairwise([0, *ends])]
            for text, ends in zip(self.texts, self.ends, strict=True)
        ]
        return dict(zip(self.ids, zip(*parts, strict=True), strict=True))


def words_of(batches: Iterable[Batch]) -> set[str]:
    """Return the name words that records of `batches` are found by.

    Whoever loads in transactions that overlap puts them into the dictionary before.
    """
    return {word for batch in batches for word in batch.texts[3].decode().split()}


async def known(
    connection: Connection, declared: RecordType, batch: Batch, purpose: str
) -> dict[str, Row]:
    """Return the records of a type that exist already of those in `batch`, by id.

    Each has its `revision` and `body`, by which `process` it was `recorded_at` what time, and
    whether it `is_restricted` for `purpose`.
    """
    rows = await connection.fetch(_of("known_records", declared), batch.ids, batch.buckets, purpose)
    return {row["id"]: row for row in rows}


async def load(connection: Connection, batches: Mapping[RecordType, Batch], actor: Actor) -> None:
    """Make the records of `batches`, by type, in the open transaction; none of them may exist.

    Raises the driver's errors, as every statement does inside a transaction, and Cycle.
    """
    ids = [identifier for batch in batches.values() for identifier in batch.ids]
    buckets = [bucket for batch in batches.values() for bucket in batch.buckets]
    rows = await connection.fetch(SQL.ids_with_history, ids, buckets)
    again = {row["id"] for row in rows if row["id"] is not None}
    is_any_restricted = len(again) < len(rows)
    if again:
        batches = {
            kind: await _make_again(connection, kind, batch, again, actor)
            for kind, batch in batches.items()
        }
    await note(connection, words_of(batches.values()))
    for declared, batch in batches.items():
        columns = [*_ROW_FIRST, *(column.name for column in declared.columns)]
        columns += [*(["keys"] if declared.searched else []), "body"]
        await _copy(connection, declared.table, columns, [batch.texts[0]])
    await _copy(connection, "link", Link._fields, [batch.texts[1] for batch in batches.values()])
    await _copy(connection, "outbox", _EVENT, [batch.texts[2] for batch in batches.values()])
    periods, edges = ([batch.texts[place] for batch in batches.values()] for place in (4, 5))
    await _copy(connection, "period", OF_PERIOD, periods)
    if any(edges):
        await hold(connection)
        await _copy(connection, "edge", Edge._fields, edges)
        await refuse_cycles(connection, edges_in(edges))
    if is_any_restricted:
        await _restrict(connection, batches)


async def _restrict(connection: Connection, batches: Mapping[RecordType, Batch]) -> None:
    """Restrict what was made of restricted subjects, and what belongs to that in turn."""
    found = True
    while found:
        found = False
        for declared, batch in batches.items():
            if not declared.subject:
                continue
            done = await connection.execute(
                _of("restrict_loaded", declared),
                batch.ids,
                batch.buckets,
                list(declared.subject),
                declared.is_occurrence,
            )
            found = found or not done.endswith(" 0")


async def _make_again(
    connection: Connection, declared: RecordType, batch: Batch, again: Set[str], actor: Actor
) -> Batch:
    """Make the records of `again`, removed before, by the write statement; return the others.

    It knows where their histories ended. They are few.
    """
    records = batch.taken_apart()
    changes = [
        creation(declared, parse_object(body_of(records.pop(identifier))), actor)
        for identifier in again & records.keys()
    ]
    for result in await write_all(connection, "create_records", declared, changes):
        if isinstance(result, Exception):
            raise result
    return Batch.of(records)


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    by_type = {
        f"{name}:{kind}": _of(name, declared)
        for name in ("known_records", "restrict_loaded")
        for kind, declared in TYPES.items()
    }
    return {**by_type, "ids_with_history": SQL.ids_with_history}


async def _copy(
    connection: Connection, table: str, columns: Sequence[str], texts: Sequence[bytes]
) -> None:
    if any(texts):
        await connection.copy_to_table(
            table, schema_name="record", columns=columns, source=_each(texts), format="text"
        )


async def _each(texts: Sequence[bytes]) -> AsyncIterator[bytes]:
    for text in texts:
        yield text


def _ends(texts: Iterable[bytes]) -> list[int]:
    return list(accumulate(map(len, texts)))


@cache
def _of(name: str, declared: RecordType) -> str:
    return SQL[name].format(table=declared.table, type=declared.name)


@lru_cache
def _provenance(actor: Actor) -> str:
    return _MADE + "\t".join(map(_text, (actor.process, actor.person, actor.purpose)))


def _links(declared: RecordType, document: Document, bucket: int) -> bytes:
    """Return the links of `document` as `link.extract` finds them, without a set of tuples.

    What only becomes text need not be objects first: it is a fifth of the time of a record.
    """
    identifier, name = document["id"], declared.name
    lines = []
    seen = set()
    for reference in declared.references:
        path = reference.path
        for other, word in _named(reference, document):
            key = (path, word, other["id"])
            if key in seen or other["id"] == identifier:
                continue
            seen.add(key)
            there = bucket_of(other["id"])
            role, other_id = _text(word), _text(other["id"])
            lines.append(
                f"{bucket}\t{identifier}\tt\t{path}\t{role}\t{other_id}\t{there}"
                f"\t{_type_of(other, reference) or _NULL}\n"
                f"{there}\t{other_id}\tf\t{path}\t{role}\t{identifier}\t{bucket}\t{name}\n"
            )
    return "".join(lines).encode()


def _array(keys: Sequence[str]) -> str:
    """Return `keys` as the text of an array."""
    text = '","'.join(keys)
    if "\\" in text or text.count('"') > 2 * (len(keys) - 1):
        text = '","'.join(re.sub(r'(["\\])', r"\\\1", key) for key in keys)
    return _text(f'{{"{text}"}}') if keys else _NULL


def _instant(instant: datetime | None) -> str:
    return _NULL if instant is None else instant.isoformat()


def _text(word: str | None) -> str:
    if word is None:
        return _NULL
    if "\\" in word or "\t" in word or "\n" in word or "\r" in word:
        return word.translate(_ESCAPES)
    return word
