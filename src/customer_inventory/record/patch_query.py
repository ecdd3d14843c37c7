"""JSON Patch whose paths choose what they change by a query (TMF630), not by position.

`/note?id=77456` names the elements of `note` whose `id` is that, and
`/contact/contactType?contact.name=y` the `contactType` of each `contact` whose `name` is y.
Published examples write the left of a query relative to the element, or from the document on,
with slashes or dots: all of these are read. Several conditions are joined by `&`; what is
reserved in a value is percent-encoded.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from customer_inventory.kit.errors import Invalid, TooLarge
from customer_inventory.record.declare import Document
from customer_inventory.record.document import encode
from customer_inventory.record.patch import operated
from customer_inventory.record.place import places

_LONGEST_PATH = 1000
_MOST_STEPS = 16
_MOST_CONDITIONS = 8
_MOST_LOOKED_AT = 200_000
"""So many places of the document the queries of one patch may look at, all together."""

_POSITION = re.compile("[0-9]{1,9}")
_OPERATIONS = ("add", "remove", "replace", "test")
Steps = tuple[str, ...]


def queried(target: Document, operations: Any) -> Any:
    """Return `target` with `operations` applied; `target` is not changed.

    Each is one of RFC 6902 whose path may end with a query; it is applied wherever the query leads,
    and `add` to a list puts the value at its end. Raises Invalid for a malformed path or query, and
    for one that leads nowhere; else as `operated`.
    """
    return operated(target, operations, _Resolver())


@dataclass(frozen=True)
class _Condition:
    """What must be `text` at `steps` below the part that `owner` names of the path lead to.

    With None for the owner it is the element of the last list on the way.
    """

    owner: int | None
    steps: Steps
    text: str

    def holds(self, trail: Sequence[Any], last_list: int) -> bool:
        """Tell whether it holds for what was met on the way: `trail`, by names passed."""
        part = trail[last_list if self.owner is None else self.owner]
        return any(self._is(value) for value in places(part, self.steps))

    def _is(self, value: Any) -> bool:
        return (value if isinstance(value, str) else encode(value).decode()) == self.text


class _Resolver:
    """Turns an operation with a query into those of RFC 6902 that it means for a document."""

    def __init__(self) -> None:
        self._looked_at = 0

    def __call__(self, document: Any, operation: Any) -> list[Any]:
        path = operation.get("path") if isinstance(operation, dict) else None
        if not isinstance(path, str) or "?" not in path:
            return [operation]
        if operation.get("op") not in _OPERATIONS:
            raise _invalid(path, f"takes a query only with {', '.join(_OPERATIONS)}.")
        steps, conditions = _parsed(path)
        is_add = operation["op"] == "add"
        # The elements of a list are meant when the query is about them.
        own = sum(not _POSITION.fullmatch(step) for step in steps)
        opens = not is_add and any(part.owner in (None, own) for part in conditions)
        found = list(self._found(document, steps, conditions, opens=opens, is_add=is_add))
        if not found:
            raise _invalid(path, "leads nowhere: nothing fulfils its query.")
        # From the end, so that a removal moves nothing that is still to be removed.
        return [{**operation, "path": place} for place in reversed(found)]

    def _found(
        self,
        document: Any,
        steps: Steps,
        conditions: Sequence[_Condition],
        *,
        opens: bool,
        is_add: bool,
    ) -> Iterator[str]:
        """Return the pointers to what the path and its query lead to, in document order."""
        walk: list[tuple[Any, Steps, str, tuple[Any, ...], int]] = [
            (document, steps, "", (document,), 0)
        ]
        while walk:
            node, rest, place, trail, last_list = walk.pop()
            self._look()
            if isinstance(node, list) and _is_opened(rest, opens=opens):
                passed = len(trail) - 1
                walk += [
                    (item, rest, f"{place}/{number}", (*trail[:-1], item), passed)
                    for number, item in reversed(list(enumerate(node)))
                ]
            elif rest:
                walk += _next(node, rest, place, trail, last_list, is_add=is_add)
            elif all(condition.holds(trail, last_list) for condition in conditions):
                yield f"{place}/-" if is_add and isinstance(node, list) else place

    def _look(self) -> None:
        self._looked_at += 1
        if self._looked_at > _MOST_LOOKED_AT:
            raise TooLarge("The queries of the patch look at too much of the document.")


def _is_opened(rest: Steps, *, opens: bool) -> bool:
    """Tell whether a list is walked through here: not where a position in it is named."""
    return not _POSITION.fullmatch(rest[0]) if rest else opens


def _next(
    node: Any, rest: Steps, place: str, trail: tuple[Any, ...], last_list: int, *, is_add: bool
) -> list[tuple[Any, Steps, str, tuple[Any, ...], int]]:
    """Return where one step of the path leads: nowhere, or to one part of `node`."""
    step, *others = rest
    there = f"{place}/{step.replace('~', '~0').replace('/', '~1')}"
    if isinstance(node, list):
        position = int(step)
        inner = node[position : position + 1]
        return [(item, tuple(others), there, (*trail[:-1], item), last_list) for item in inner]
    if not isinstance(node, dict) or (step not in node and (others or not is_add)):
        return []
    return [(node.get(step), tuple(others), there, (*trail, node.get(step)), last_list)]


def _parsed(path: str) -> tuple[Steps, list[_Condition]]:
    pointer, _, query = path.partition("?")
    texts = re.split("&&?", query)
    if len(path) > _LONGEST_PATH or len(texts) > _MOST_CONDITIONS:
        raise _invalid(
            path, f"has more than {_LONGEST_PATH} characters or {_MOST_CONDITIONS} conditions."
        )
    if not pointer.startswith("/"):
        raise _invalid(path, "does not begin with a slash.")
    steps = _unescaped(pointer[1:].split("/"))
    if "" in steps or len(steps) > _MOST_STEPS:
        raise _invalid(path, f"has an empty step, or more than {_MOST_STEPS}.")
    names = tuple(step for step in steps if not _POSITION.fullmatch(step))
    return steps, [_condition(text, names, path) for text in texts]


def _condition(text: str, names: Steps, path: str) -> _Condition:
    left, sign, right = text.partition("=")
    steps = _unescaped(re.split("[/.]", left.removeprefix("/")))
    if not sign or "" in steps or len(steps) > _MOST_STEPS:
        raise _invalid(path, "has a query that is not attribute=value.")
    value = unquote(right.removeprefix("="))
    for owner in range(min(len(names), len(steps) - 1), 0, -1):
        if steps[:owner] == names[:owner]:
            return _Condition(owner, steps[owner:], value)
    for owner in range(len(names), 0, -1):
        if len(steps) > 1 and steps[0] == names[owner - 1]:
            return _Condition(owner, steps[1:], value)
    return _Condition(None, steps, value)


def _unescaped(steps: Sequence[str]) -> Steps:
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in steps)


def _invalid(path: str, message: str) -> Invalid:
    return Invalid(
        message,
        path=path.partition("?")[0][:200],
        hint="Write /note?id=1 or /contact/contactType?contact.name=x.",
        code="invalidPatch",
    )
