"""The two sides of a pair beside each other: by attribute what each says, and whether that differs.

Lists are compared as sets, since their order says nothing: two telephone numbers in another order
are the same. Of what a mask hides nothing is said.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customer_inventory.capture.matching.deciding import Met
from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.declare import Document
from customer_inventory.record.document import encode, parse_object
from customer_inventory.record.search.candidate import Candidate
from customer_inventory.record.search.telling import documents_of
from customer_inventory.record.sight import Sight
from customer_inventory.store.database import Database

_OF_EVERY_OBJECT = ("id", "href", "@type", "@baseType", "@schemaLocation", "@referredType")

Values = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """What the sides say at a path (without places in lists), each as texts in order."""

    path: str
    one: Values
    other: Values

    @property
    def is_different(self) -> bool:
        """Whether both say something, and not the same."""
        return bool(self.one and self.other) and set(self.one) != set(self.other)

    @property
    def is_of_one(self) -> bool:
        """Whether one of them alone says something."""
        return bool(self.one) != bool(self.other)


async def documents(database: Database, found: Sequence[Met], sight: Sight) -> dict[str, Document]:
    """Return what the sides of pairs say, by id, as a sight shows it.

    A side that was checked and never captured says what it said then.
    """
    kinds = {side: each.row["record_type"] for each in found for side in (each.one, each.other)}
    sent = [Candidate(kind, side, bucket_of(side), frozenset()) for side, kind in kinds.items()]
    said = dict(await documents_of(database, sent, sight))
    for each in found:
        if each.row["checked"] is not None:
            said[each.row["checked_id"]] = parse_object(each.row["checked"])
    return {side: _masked(document, kinds[side], sight) for side, document in said.items()}


def compared(one: Document, other: Document) -> list[Compared]:
    """Return what two documents say by path, in the order of the first."""
    sides = [_by_path(each) for each in (one, other)]
    return [
        Compared(path, tuple(sides[0].get(path, ())), tuple(sides[1].get(path, ())))
        for path in dict.fromkeys((*sides[0], *sides[1]))
    ]


def values_of(document: Document) -> Mapping[str, Values]:
    """Return what a document says by path, as `compared` tells it."""
    return {path: tuple(values) for path, values in _by_path(document).items()}


def called(document: Document) -> str:
    """Return what the subject of a document is called; empty where it does not say."""
    for name in ("name", "formattedName", "tradingName"):
        if document.get(name):
            return str(document[name])
    parts = (document.get("givenName"), document.get("familyName"))
    return " ".join(str(each) for each in parts if each)


def _masked(document: Document, kind: str, sight: Sight) -> Document:
    mask = sight.masks.get(kind)
    return mask.document(document) if mask else document


def _by_path(document: Document) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path, value in _leaves(document, ""):
        values = found.setdefault(path, [])
        if value not in values:
            values.append(value)
    return found


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            if name not in _OF_EVERY_OBJECT:
                yield from _leaves(part, f"{path}.{name}" if path else name)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _leaves(part, path)
    elif value is not None:
        yield path, value if isinstance(value, str) else encode(value).decode()
