"""What happens to an attribute under a mask, and what is shown of its value by it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from customer_inventory.record.declare import Document
from customer_inventory.record.mask.kind import GONE, STARS, Show

_TYPES_IT = ("@type", "@baseType", "@schemaLocation", "@referredType")
_COMPOSED = frozenset((dict, list))


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """What happens to an attribute: `show` of it, and of what has a path of its own below it.

    All is shown of one that is CLEAR, nothing of one that is HIDDEN, whatever stands below it. Of
    any other each value is shown by `show` (None: as it is), but for objects, whose attributes are
    as `below` has them and otherwise as `rest` (None: by `show` as well).
    """

    show: Show | None = None
    below: Mapping[str, "Node"] = field(default_factory=dict)
    rest: "Node | None" = None
    # What `at` looks up laid out once (None: CLEAR): all that is shown goes by it.
    named: "Mapping[str, Node | None]" = field(init=False, repr=False)
    other: "Node | None" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "named", {**dict.fromkeys(_TYPES_IT), **self.below})
        other = self.rest or (None if self.show is None else self)
        object.__setattr__(self, "other", other)

    def at(self, name: str) -> "Node":
        """Return what happens to the attribute `name` of an object here."""
        return self.named.get(name, self.other) or CLEAR

    @property
    def is_open(self) -> bool:
        """Whether that it is there is shown, and its values too, but for parts of its own."""
        return self is not HIDDEN and self.show is None


CLEAR = Node()
HIDDEN = Node()


def shown_of(node: Node, value: Any, *, only_clear: bool = False) -> Any:
    """Return what is shown of a value of which neither all is shown nor nothing."""
    kind = type(value)
    if kind is dict:
        return _members_shown(node, value, only_clear=only_clear)
    if kind is list:
        return [_item(node, item, only_clear=only_clear) for item in value]
    if node.show is None:
        return value
    return GONE if only_clear or value is None else node.show(value)


def _members_shown(node: Node, value: Document, *, only_clear: bool) -> Any:
    """Return what is shown of an object, GONE where that is nothing."""
    # Written out, for every attribute of every record that is masked comes by here.
    named, other, shown = node.named, node.other, {}
    for name, part in value.items():
        inner = named.get(name, other)
        if inner is None or inner is CLEAR:
            shown[name] = part
        elif inner is not HIDDEN:
            if type(part) in _COMPOSED:
                seen = shown_of(inner, part, only_clear=only_clear)
            elif inner.show is None:
                seen = part
            else:
                seen = GONE if only_clear or part is None else inner.show(part)
            if seen is not GONE:
                shown[name] = seen
    return shown if shown or not value else GONE


def _item(node: Node, item: Any, *, only_clear: bool) -> Any:
    """Return what is shown of an item of a list, which has its place in any case."""
    seen = shown_of(node, item, only_clear=only_clear)
    if seen is GONE:
        return {} if isinstance(item, dict) else STARS
    return seen
