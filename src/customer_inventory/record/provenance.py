"""Where what a record shows comes from: per attribute who gave it, when, and what was there before.

It falls out of the history: whoever made the version in which an attribute got its present
value is where that comes from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from customer_inventory.record.declare import Document
from customer_inventory.record.document import is_same, parse_object
from customer_inventory.record.version import PastVersion

MOST_VERSIONS = 1000
"""So many versions are looked through, the newest first."""

_NOTHING: Any = object()
_NAMES_IT = frozenset(("id", "href", "@type", "@baseType", "@schemaLocation"))


@dataclass(frozen=True, slots=True)
class Given:
    """A value that an attribute was given, and the version that gave it."""

    value: Any
    by: PastVersion


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the value of one first-level attribute comes from.

    `others` are the values it had before, newest first. When the history that was looked through
    does not reach back to the version that gave it, `is_older` is True and `given` is the
    oldest version seen with that value.
    """

    attribute: str
    given: Given
    others: tuple[Given, ...]
    is_older: bool


def provenance(versions: Sequence[PastVersion]) -> list[Provenance]:
    """Return the provenance of every attribute that the newest of `versions` has.

    `versions` are those of one record, newest first. A record that is removed shows nothing.
    """
    documents = [parse_object(version.body) if version.body else {} for version in versions]
    if not documents:
        return []
    is_whole = versions[-1].revision == 1
    shown = (name for name in documents[0] if name not in _NAMES_IT)
    return [_of(name, versions, documents, is_whole=is_whole) for name in shown]


def _of(
    name: str, versions: Sequence[PastVersion], documents: Sequence[Document], *, is_whole: bool
) -> Provenance:
    values = [document.get(name, _NOTHING) for document in documents]
    # A run of equal values was given by its oldest version.
    starts = [
        number
        for number, (value, before) in enumerate(pairwise([*values, _NOTHING]))
        if number + 1 == len(values) or not _is_equal(value, before)
    ]
    first, *rest = starts
    others = [Given(values[at], versions[at]) for at in rest if values[at] is not _NOTHING]
    is_older = not is_whole and first + 1 == len(values)
    return Provenance(name, Given(values[first], versions[first]), tuple(others), is_older)


def _is_equal(one: Any, other: Any) -> bool:
    if one is _NOTHING or other is _NOTHING:
        return one is other
    return is_same(one, other)
