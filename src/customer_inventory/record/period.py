"""Periods that must not overlap, as a type declares them; the database holds them.

Held are only periods that have a start and whose key names records of this inventory:
whoever says less is not told more.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import product
from typing import Any, NamedTuple
from uuid import UUID

from customer_inventory.kit.clock import parse_instant
from customer_inventory.kit.errors import Conflict, Invalid
from customer_inventory.kit.ids import bucket_of, is_id
from customer_inventory.record.declare import Document, Exclusive, RecordType
from customer_inventory.record.place import places
from customer_inventory.store.database import Connection
from customer_inventory.store.sql import beside

SQL = beside(__name__)

CONSTRAINT = "period_does_not_overlap"


class Period(NamedTuple):
    """A period as it is held: of which record, under which key, from when until before when.

    `bucket` is that of the record that the key names first; the key is a digest.
    """

    bucket: int
    id: str
    key: UUID
    path: str
    starts: datetime
    ends: datetime | None


class Overlap(Conflict):
    """A period overlaps another of which there may be only one at a time."""

    code = "periodOverlap"

    def __init__(self, period: Period | None = None, *, within: bool = False) -> None:
        other = "another part of this record" if within else "another record"
        super().__init__(
            f"{_written(period)} overlaps that of {other} with the same key.",
            path=period.path if period else None,
            hint="End the one before the other starts, or change that one instead.",
        )


def periods(declared: RecordType, document: Document) -> set[Period]:
    """Return the periods of `document` that are held; raise Invalid for one that ends too early."""
    return {period for rule in declared.exclusives for period in _of_rule(declared, rule, document)}


async def overlapping(connection: Connection, begun: Sequence[Period]) -> Overlap:
    """Return the failure that says which of the periods `begun` overlaps what is held."""
    rows = await connection.fetch(
        SQL.overlapping_periods,
        [period.bucket for period in begun],
        [period.key for period in begun],
        [period.starts for period in begun],
        [period.ends for period in begun],
        [period.id for period in begun],
    )
    if rows:
        return Overlap(begun[rows[0]["place"] - 1], within=rows[0]["is_own"])
    # None of those held: two of its own.
    for number, period in enumerate(begun):
        for other in begun[number + 1 :]:
            if period.key == other.key and _meet(period, other):
                return Overlap(other, within=True)
    return Overlap(begun[0] if len(begun) == 1 else None)


def _of_rule(declared: RecordType, rule: Exclusive, document: Document) -> Iterator[Period]:
    if not rule.each:
        path, span = declared.validity, document.get(declared.validity)
        for values in _keys(rule, document):
            key = _digest(declared.name, rule.name, *values)
            yield from _held(document["id"], bucket_of(values[0]), key, path, span)
        return
    identifier = document["id"]
    parts = document.get(rule.each)
    for number, part in enumerate(parts if isinstance(parts, list) else []):
        if isinstance(part, dict) and "validFor" in part:
            path, span = f"{rule.each}[{number}].validFor", part["validFor"]
            for values in _keys(rule, part):
                key = _digest(declared.name, rule.name, identifier, *values)
                yield from _held(identifier, bucket_of(identifier), key, path, span)


def _held(identifier: str, bucket: int, key: UUID, path: str, span: Any) -> Iterator[Period]:
    starts = parse_instant(span.get("startDateTime")) if isinstance(span, dict) else None
    if starts is None:
        return
    ends = parse_instant(span.get("endDateTime"))
    if ends is not None and ends < starts:
        raise Invalid("ends before it starts.", path=path)
    if ends != starts:
        yield Period(bucket, identifier, key, path, starts, ends)


def _keys(rule: Exclusive, part: Document) -> Iterator[tuple[str, ...]]:
    """Return each key that `part` has: ids of records first, none without all of them."""
    ids = [_ids(part, path) for path in rule.records]
    return product(*ids, *(_words(part, path) for path in rule.words))


def _words(part: Document, path: str) -> list[str]:
    found = {word for word in places(part, tuple(path.split("."))) if isinstance(word, str)}
    return sorted(found) or [""]


def _ids(part: Document, path: str) -> list[str]:
    return [word for word in _words(part, path) if is_id(word)]


def _digest(*words: str) -> UUID:
    text = "\x1f".join(words).encode()
    return UUID(bytes=hashlib.blake2b(text, digest_size=16).digest())


def _meet(one: Period, other: Period) -> bool:
    return (one.ends is None or other.starts < one.ends) and (
        other.ends is None or one.starts < other.ends
    )


def _written(period: Period | None) -> str:
    if period is None:
        return "A period"
    until = f" to {period.ends.isoformat()}" if period.ends else ", which has no end,"
    return f"The period from {period.starts.isoformat()}{until}"
