"""What differs between two versions of a record, attribute by attribute, and who made it so."""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from customer_inventory.kit.errors import Invalid
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import encode_sorted, is_same, parse_object
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.record.time.past import versions_between
from customer_inventory.record.version import NoSuchRecord, PastVersion
from customer_inventory.store.database import Database

_POSITION = re.compile(r"\[\d+\]")
_NOTHING: Any = object()


class Difference(NamedTuple):
    """One attribute that differs: its path, and its value on both sides (None: it had none).

    The path is dotted; a position in a list is that of the later side, for what was taken
    away that of the earlier one.
    """

    path: str
    before: Any
    after: Any


def differences(before: Document, after: Document) -> list[Difference]:
    """Return what differs from `before` to `after`, in the order of the attributes."""
    return list(_compared("", before, after))


@dataclass(frozen=True, slots=True)
class Traced:
    """A difference, with the version that made it so: who, when and for what purpose."""

    difference: Difference
    by: PastVersion


async def compared(
    database: Database,
    declared: RecordType,
    identifier: str,
    start: datetime,
    end: datetime,
    *,
    sight: Sight = EVERYTHING,
) -> list[Traced]:
    """Return what differs in a record between what we held of it at `start` and at `end`.

    Each difference is traced to the last version that touched its attribute. A record that was
    not there counts as empty. Raises Invalid when `end` is before `start`, NoSuchRecord when the
    record was there at no time between.
    """
    if end < start:
        raise Invalid("is before the start.", path="to", hint="Give the earlier instant first.")
    versions = await versions_between(database, declared, identifier, start, end, sight=sight)
    if not versions:
        raise NoSuchRecord(declared)
    mask = sight.masks.get(declared.name)
    if mask is not None:
        versions = [mask.past(version) for version in versions]
    documents = [parse_object(version.body) if version.body else {} for version in versions]
    if versions[0].recorded_from > start:
        documents.insert(0, {})
    else:
        versions = versions[1:]
    steps = [
        (version, [_place(difference.path) for difference in differences(old, new)])
        for version, (old, new) in zip(versions, pairwise(documents), strict=True)
    ]
    return [
        Traced(difference, _maker(_place(difference.path), steps))
        for difference in differences(documents[0], documents[-1])
    ]


def _maker(place: str, steps: Sequence[tuple[PastVersion, list[str]]]) -> PastVersion:
    """Return the last version that touched `place`; positions in lists move, so they do not count.

    Where values went and came back, it is the last version of all.
    """
    for version, touched in reversed(steps):
        if any(_is_within(place, other) or _is_within(other, place) for other in touched):
            return version
    return steps[-1][0]


def _is_within(place: str, outer: str) -> bool:
    return place == outer or place.startswith(f"{outer}.")


def _place(path: str) -> str:
    return _POSITION.sub("", path)


def _compared(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            inner = f"{path}.{name}" if path else name
            yield from _compared(inner, before.get(name, _NOTHING), after.get(name, _NOTHING))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _items(path, before, after)
    elif before is _NOTHING or after is _NOTHING or not is_same(before, after):
        yield Difference(path, _told(before), _told(after))


def _items(path: str, before: list[Any], after: list[Any]) -> Iterator[Difference]:
    """Compare lists: what is in both is no difference; what has one id is compared.

    So is, in order, what went with what came; the rest was taken away or added.
    """
    gone, come = dict(enumerate(before)), dict(enumerate(after))
    same = _paired(gone, come, encode_sorted)
    places = [here for _, here in same]
    if not gone and not come and places != sorted(places):
        yield Difference(path, before, after)
    for there, here in [*_paired(gone, come, _id), *_paired(gone, come, _kind)]:
        yield from _compared(f"{path}[{here}]", before[there], after[here])
    yield from (Difference(f"{path}[{place}]", item, None) for place, item in gone.items())
    yield from (Difference(f"{path}[{place}]", None, item) for place, item in come.items())


def _paired(
    gone: dict[int, Any], come: dict[int, Any], key: Callable[[Any], Any]
) -> list[tuple[int, int]]:
    """Take the items with the same key (None: has none) out of both; return their places."""
    places: dict[Any, deque[int]] = defaultdict(deque)
    for here, item in come.items():
        places[key(item)].append(here)
    places.pop(None, None)
    pairs = []
    for there, item in list(gone.items()):
        fitting = places.get(key(item))
        if fitting:
            pairs.append((there, fitting.popleft()))
            del gone[there], come[pairs[-1][1]]
    return pairs


def _id(item: Any) -> str | None:
    """Return the id of a list's item, or of the one thing that it refers to."""
    if not isinstance(item, dict):
        return None
    inner = [part.get("id") for part in item.values() if isinstance(part, dict)]
    found = item.get("id") or (inner[0] if len(inner) == 1 else None)
    return found if isinstance(found, str) else None


def _kind(item: Any) -> str:
    return type(item).__name__


def _told(value: Any) -> Any:
    return None if value is _NOTHING else value
