"""Where values stand in documents: what a path leads to, through the lists on its way."""

from typing import Any


def places(node: Any, steps: tuple[str, ...]) -> list[Any]:
    """Return every value at the path `steps` below `node`, lists walked through."""
    nodes = _flat(node) if isinstance(node, list) else [node]
    for step in steps:
        found: list[Any] = []
        for each in nodes:
            if isinstance(each, dict) and step in each:
                inner = each[step]
                if isinstance(inner, list):
                    found += _flat(inner)
                else:
                    found.append(inner)
        nodes = found
    return nodes


def _flat(items: list[Any]) -> list[Any]:
    """Return the items of a list, those of lists in it in their place."""
    for item in items:
        if isinstance(item, list):
            return [x for y in items for x in (_flat(y) if isinstance(y, list) else (y,))]
    return items
