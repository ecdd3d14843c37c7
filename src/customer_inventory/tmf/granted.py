"""What callers name in a request under a mask: attributes to show, and parts of a patch.

What is hidden cannot be told from what is not there, so whoever names it is refused: an answer
either way would tell which it is. The text of a mask is refused where a value belongs.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from customer_inventory.record.mask.kind import is_mask
from customer_inventory.record.mask.node import CLEAR, HIDDEN
from customer_inventory.record.mask.plan import Mask, NotGranted
from customer_inventory.record.mask.restore import IsMask
from customer_inventory.tmf.shape import Shape

_READS = ("test", "copy", "move")


def check_fields(mask: Mask, shape: Shape, fields: Sequence[str]) -> None:
    """Raise NotGranted when one of the attributes asked for by name is hidden."""
    for name in fields:
        if mask.node(shape.kept(name)) is HIDDEN:
            raise NotGranted(name)


def check_patch(mask: Mask, shape: Shape, patch: Any) -> None:
    """Raise NotGranted where a patch names what is hidden, IsMask where it sends a mask as a value.

    An operation that reads (`test`, `copy`, `move`) must name what is shown as it is.
    """
    if isinstance(patch, dict):
        _check_value(mask, shape, (), patch)
    elif isinstance(patch, list):
        for operation in patch:
            if isinstance(operation, dict):
                _check_operation(mask, shape, operation)


def _check_operation(mask: Mask, shape: Shape, operation: dict[str, Any]) -> None:
    reads = operation.get("op") in _READS
    for place in (operation.get("path"), operation.get("from")):
        if not isinstance(place, str):
            continue
        names = _names(place)
        node = mask.node(shape.kept(".".join(names))) if names else mask.root
        if node is HIDDEN or (reads and node is not CLEAR):
            raise NotGranted(".".join(names))
        if place == operation.get("path"):
            _check_value(mask, shape, names, operation.get("value"))


def _check_value(mask: Mask, shape: Shape, names: Sequence[str], value: Any) -> None:
    for path, part in _parts(".".join(names), value):
        if not path:
            continue
        node = mask.node(shape.kept(path))
        if node is HIDDEN:
            raise NotGranted(path)
        if node.show is not None and is_mask(part):
            raise IsMask(path)


def _parts(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield every attribute of a value by its path, positions left out."""
    yield path, value
    if isinstance(value, list):
        for item in value:
            yield from _parts(path, item)
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _parts(f"{path}.{name}" if path else name, part)


def _names(pointer: str) -> list[str]:
    """Return the names of a JSON Pointer, or of one with a query, without positions."""
    steps = pointer.partition("?")[0].split("/")[1:]
    names = [step.replace("~1", "/").replace("~0", "~") for step in steps]
    return [name for name in names if name and name != "-" and not name.isdecimal()]
