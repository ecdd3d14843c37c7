"""Elements: the attributes that a mapping maps, and their values in a document.

An element is the dotted path of a value, without positions. Where lists are on its way, its value
is a list with a place for every item, so that two documents with the same elements say the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from customer_inventory.capture.expression import Expression, Items, Object, Ref, When
from customer_inventory.capture.mapping import RecordMapping
from customer_inventory.record.declare import Document
from customer_inventory.record.document import MANAGED

_OF_REFERENCE = ("@type", "id", "@referredType", "name")
"""What a mapping writes of a reference."""


def elements_of(record: RecordMapping) -> tuple[str, ...]:
    """Return the elements that a mapping maps of a record, each once, in its order."""
    return tuple(dict.fromkeys(_leaves(record.attributes, ())))


def elements_in(*documents: Document) -> tuple[str, ...]:
    """Return the elements of whole documents, but for what the inventory manages of them."""
    found: dict[str, None] = {}
    for document in documents:
        for name, value in document.items():
            if name not in MANAGED:
                found |= dict.fromkeys(_within(value, (name,)))
    return tuple(found)


def value_at(document: Any, steps: tuple[str, ...]) -> Any:
    """Return the value of an element; None for none."""
    if isinstance(document, list):
        found = [value_at(item, steps) for item in document]
        return found if any(each is not None for each in found) else None
    if not steps:
        return document
    return value_at(document.get(steps[0]), steps[1:]) if isinstance(document, Mapping) else None


def plain(value: Any) -> Any:
    """Return a value as people read it: a list of one is that one, without empty places."""
    if not isinstance(value, list):
        return value
    found = [each for each in map(plain, value) if each is not None]
    return found[0] if len(found) == 1 else found or None


def _leaves(expression: Expression, steps: tuple[str, ...]) -> Iterator[str]:
    match expression:
        case Object(members=members):
            for name, member in members:
                yield from _leaves(member, (*steps, name))
        case Items(items=items):
            for item in items:
                yield from _leaves(item, steps)
        case When(inner=inner):
            yield from _leaves(inner, steps)
        case Ref():
            yield from (".".join((*steps, name)) for name in _OF_REFERENCE)
        case _:
            yield ".".join(steps)


def _within(value: Any, steps: tuple[str, ...]) -> Iterable[str]:
    if isinstance(value, list):
        # Items that are lists or texts are values of the list's own element.
        return [path for item in value for path in _within(item, steps)]
    if isinstance(value, Mapping) and value:
        return [path for name, part in value.items() for path in _within(part, (*steps, name))]
    return [".".join(steps)]
