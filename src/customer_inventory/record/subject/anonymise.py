"""A document without a subject: references to its records go, its words in other text too."""

import re
from collections.abc import Callable, Collection
from typing import Any

from customer_inventory.record.declare import Document

ERASED = "[erased]"

_GONE = object()


def without(document: Document, ids: Collection[str], words: Collection[str]) -> Document:
    """Return `document` without the references to `ids`; `words` in its text become `ERASED`.

    An item of a list goes with the reference in it: a role says nothing without its party.
    """
    clean = _cleaner(words)
    kept = {name: _part(value, ids, clean) for name, value in document.items()}
    return {name: value for name, value in kept.items() if value is not _GONE}


def _cleaner(words: Collection[str]) -> Callable[[str], str]:
    if not words:
        return str
    # The longest first: a name may hold another.
    found = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))
    return lambda text: found.sub(ERASED, text)


def _part(node: Any, ids: Collection[str], clean: Callable[[str], str]) -> Any:
    if isinstance(node, str):
        return clean(node)
    if isinstance(node, list):
        items = [_item(item, ids, clean) for item in node]
        return [item for item in items if item is not _GONE]
    if not isinstance(node, dict):
        return node
    if node.get("id") in ids:
        return _GONE
    parts = {name: _part(value, ids, clean) for name, value in node.items()}
    return {name: value for name, value in parts.items() if value is not _GONE}


def _item(node: Any, ids: Collection[str], clean: Callable[[str], str]) -> Any:
    part = _part(node, ids, clean)
    if isinstance(node, dict) and isinstance(part, dict) and node.keys() != part.keys():
        return _GONE
    return part
