"""What of a record a caller may write, path by path.

A change needs the operation of every attribute that it alters: `update` where a fact is brought up
to date, `modify` where the record becomes something else. It may be bound to groups of
attributes besides. What a record is known by belongs to no group that can be withheld.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from customer_inventory.kit.errors import Refused
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import MANAGED, is_same
from customer_inventory.record.facet import facet_of, groups_of, over_facets

_MOST_NAMED = 20


class NotWritable(Refused):
    """The caller may not write some of what it sent, which would have needed `operations`."""

    code = "fieldNotWritable"

    def __init__(self, paths: list[str], why: str, operations: frozenset[str]) -> None:
        self.operations = operations
        named = ", ".join(paths[:_MOST_NAMED])
        super().__init__(
            f"{why}: {named}.",
            path=paths[0],
            hint="Nothing was changed. Leave these out, or ask the owner of the data for them.",
        )


@dataclass(frozen=True)
class Writable:
    """What may be written of a type: by which operations, and of which groups (None: of all)."""

    operations: frozenset[str]
    groups: frozenset[str] | None = None

    def demand_created(self, declared: RecordType, document: Document) -> None:
        """Raise NotWritable, naming them, for attributes of a new record of other groups."""
        if self.groups is not None:
            paths = list(written(declared, {}, document))
            self._demand_groups(declared, paths, frozenset({"create"}))

    def demand_changed(self, declared: RecordType, old: Document, new: Document) -> None:
        """Raise NotWritable, naming the attributes, for changes that may not be made."""
        if self.groups is None and {"update", "modify"} <= self.operations:
            return
        paths = list(written(declared, old, new))
        needed = _operations(declared, paths)
        self._demand_groups(declared, paths, needed)
        for operation in sorted(needed - self.operations, reverse=True):
            needing = [p for p in paths if facet_of(declared.name, p).operation == operation]
            why = f"To {operation} is not permitted, as is needed for"
            raise NotWritable(needing, why, needed)

    def _demand_groups(
        self, declared: RecordType, paths: list[str], operations: frozenset[str]
    ) -> None:
        if self.groups is None:
            return
        outside = [p for p in paths if facet_of(declared.name, p).group not in self.groups]
        if outside:
            why = "Not among the attributes that may be written"
            raise NotWritable(outside, why, operations)


def operations_of(declared: RecordType, old: Document, new: Document) -> frozenset[str]:
    """Return the operations that the change from `old` to `new` is made of."""
    return _operations(declared, written(declared, old, new))


def _operations(declared: RecordType, paths: Iterable[str]) -> frozenset[str]:
    return frozenset(facet_of(declared.name, path).operation for path in paths)


def written(declared: RecordType, old: Document, new: Document) -> Iterator[str]:
    """Yield what differs: attributes of the first level, and paths with a facet of their own."""
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name), new.get(name)
        if name in MANAGED or before is after or is_same(before, after):
            continue
        inner = _inner(declared.name, name)
        for path in inner:
            steps = tuple(path.split(".")[1:])
            if not is_same(_found(before, steps), _found(after, steps)):
                yield path
        if not inner or not is_same(_without(before, name, inner), _without(after, name, inner)):
            yield name


@over_facets
@cache
def _inner(record_type: str, name: str) -> tuple[str, ...]:
    """Return the paths below the attribute `name` that have a facet of their own."""
    return tuple(path for path in groups_of(record_type) if path.startswith(f"{name}."))


def _found(node: Any, steps: tuple[str, ...]) -> list[Any]:
    if isinstance(node, list):
        return [found for item in node for found in _found(item, steps)]
    if not steps:
        return [] if node is None else [node]
    return _found(node.get(steps[0]), steps[1:]) if isinstance(node, dict) else []


def _without(node: Any, at: str, inner: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_without(item, at, inner) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        name: _without(value, f"{at}.{name}", inner)
        for name, value in node.items()
        if f"{at}.{name}" not in inner
    }
