"""What a change means that was made of a document seen through a mask.

The caller changed what it saw. What it did not see stays: attributes that were hidden, and values
that were shown in part wherever they are sent back as they were shown. Items of a list are known
again by what they were, else by their id, else by their place and something they have in common.
"""

from collections.abc import Callable
from typing import Any

from customer_inventory.kit.errors import Invalid
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import encode_sorted, is_same
from customer_inventory.record.mask.kind import is_mask
from customer_inventory.record.mask.node import CLEAR, HIDDEN, Node
from customer_inventory.record.mask.plan import Mask
from customer_inventory.record.patch import result


class IsMask(Invalid):
    """The caller sent what stands for a value, as if it were one."""

    code = "maskedValue"

    def __init__(self, path: str) -> None:
        super().__init__(
            "is what a masked value is shown as, not a value.",
            path=path,
            hint="Leave it out to keep what is stored, or send the whole value.",
        )


Alter = Callable[[Document], Any]
"""Returns what is to become of a document: anything, if it comes from a caller."""


def altered(declared: RecordType, old: Document, alter: Alter, mask: Mask | None) -> Document:
    """Return the document that `alter` makes of what `mask` (None: nothing is masked) shows of it.

    Raises Invalid when it leaves no object or alters what is managed.
    """
    if mask is None:
        return result(declared, old, alter(old))
    seen = mask.document(old)
    return restored(mask, old, seen, result(declared, seen, alter(seen)))


def restored(mask: Mask, old: Document, seen: Document, new: Document) -> Document:
    """Return what is kept of `new`, which a caller made of `seen`, all it saw of `old`.

    Raises IsMask where `new` has the text of a mask that stands for nothing known.
    """
    document: Document = _restored(old, seen, new)
    refuse_masks(mask, document, beside=old)
    return document


def refuse_masks(mask: Mask, document: Document, beside: Document | None = None) -> None:
    """Raise IsMask where `document` has the text of a mask in place of a value.

    What is as in the document `beside` is not looked at.
    """
    for name, value in document.items():
        if beside is None or name not in beside or not is_same(beside[name], value):
            _refuse(mask.root.at(name), value, name)


def _refuse(node: Node, value: Any, path: str) -> None:
    if node is CLEAR or node is HIDDEN:
        return
    if isinstance(value, list):
        for number, item in enumerate(value):
            _refuse(node, item, f"{path}[{number}]")
    elif isinstance(value, dict):
        for name, part in value.items():
            _refuse(node.at(name), part, f"{path}.{name}")
    elif node.show is not None and is_mask(value):
        raise IsMask(path)


def _restored(old: Any, seen: Any, new: Any) -> Any:
    if is_same(seen, new):
        return old
    if isinstance(old, dict) and isinstance(seen, dict) and isinstance(new, dict):
        kept = [name for name in old if name in new or name not in seen]
        return {
            name: _member(name, old, seen, new)
            for name in (*kept, *(name for name in new if name not in old))
        }
    if isinstance(old, list) and isinstance(seen, list) and isinstance(new, list):
        return _items(old, seen, new)
    return new


def _member(name: str, old: Document, seen: Document, new: Document) -> Any:
    if name not in new:
        return old[name]
    return _restored(old[name], seen[name], new[name]) if name in seen else new[name]


def _items(old: list[Any], seen: list[Any], new: list[Any]) -> list[Any]:
    """Return the items of `new`, each made of the one of `old` that it was before."""
    was: dict[int, int] = {}
    left = dict(enumerate(seen))
    for key in (encode_sorted, _id):
        places: dict[Any, list[int]] = {}
        for place, item in left.items():
            places.setdefault(key(item), []).append(place)
        places.pop(None, None)
        for here, item in enumerate(new):
            fitting = places.get(key(item)) if here not in was else None
            if fitting:
                was[here] = fitting.pop(0)
                del left[was[here]]
    if len(new) == len(seen):
        here_still = [place for place in left if place not in was and _is_alike(seen, new, place)]
        was |= {place: place for place in here_still}
    return [
        _restored(old[was[here]], seen[was[here]], item) if here in was else item
        for here, item in enumerate(new)
    ]


def _id(item: Any) -> str | None:
    found = item.get("id") if isinstance(item, dict) else None
    return found if isinstance(found, str) else None


def _is_alike(seen: list[Any], new: list[Any], place: int) -> bool:
    """Tell whether the items at a place have a value in common, besides their types."""
    one, other = seen[place], new[place]
    if not isinstance(one, dict) or not isinstance(other, dict):
        return False
    if None not in (_id(one), _id(other)):
        return False
    both = one.keys() & other.keys()
    return any(not name.startswith("@") and is_same(one[name], other[name]) for name in both)
