"""YAML read into structs: what does not fit is told with its line and key."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from customer_inventory.kit.located import FileError, Value

Struct = TypeVar("Struct", bound=msgspec.Struct)

_STEP = re.compile(r"\.([A-Za-z@]\w*)|\[(\d+)\]|\[\.\.\.\]")
_AT = re.compile(r" - at (?:`key` in )?`([^`]+)`$")


def converted(
    item: Value, content: Any, kind: type[Struct], hints: Mapping[str, str] | None = None
) -> Struct:
    """Return `content`, the plain form of `item`, as a struct of `kind`.

    Raises FileError where it does not fit; `hints` are what to do by the last word of a key.
    """
    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        raise _located(item, str(error), hints or {}) from None


def inside(item: Value, path: str) -> Value:
    """Return the value below `item` that a path of msgspec (`$.quality[...]`), or a key, names."""
    value = item
    for name, number in _STEP.findall(path if path.startswith("$") else f"$.{path}"):
        if name and value.is_object and name in value.members():
            value = value.members()[name]
        elif number and value.is_list and int(number) < len(value.items()):
            value = value.items()[int(number)]
        else:
            break
    return value


def names_of(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """Return the keys of a struct as files have them."""
    return tuple(field.encode_name for field in msgspec.structs.fields(kind))


def _located(item: Value, message: str, hints: Mapping[str, str]) -> FileError:
    at = _AT.search(message)
    text = _AT.sub("", message)
    value = inside(item, at.group(1) if at else "")
    words = text.replace("Expected", "must be").replace("`", "")
    return value.wrong(f"{words[:1].lower()}{words[1:]}.", hints.get(value.path.split(".")[-1]))
