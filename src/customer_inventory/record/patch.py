"""Patches: RFC 7396 merge and RFC 6902 operations, applied to a document in memory."""

import copy
from collections.abc import Callable
from typing import Any

import jsonpatch
from jsonpointer import JsonPointerException

from customer_inventory.kit.errors import Conflict, Invalid, TooLarge
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import MANAGED, TooDeep, encode, is_deep

LARGEST_DOCUMENT = 4_000_000
"""So many bytes a document may have after a change."""
_MOST_OPERATIONS = 1000


def merged(target: Any, patch: Any) -> Any:
    """Return `target` with `patch` merged into it after RFC 7396; neither is changed.

    Objects merge, null removes, anything else (lists as a whole too) replaces.
    """
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


Resolve = Callable[[Any, Any], list[Any]]
"""Turns an operation as sent into those of RFC 6902 that it means for a document."""


def operated(target: Document, operations: Any, resolve: Resolve | None = None) -> Any:
    """Return `target` with the RFC 6902 `operations` applied; `target` is not changed.

    `resolve` reads operations that are written otherwise. Raises Invalid for malformed operations
    or paths, Conflict for a failed test.
    """
    if not isinstance(operations, list) or len(operations) > _MOST_OPERATIONS:
        raise _too_many()
    document, copied, done = copy.deepcopy(target), 0, 0
    for number, sent in enumerate(operations, start=1):
        steps = resolve(document, sent) if resolve else [sent]
        done += len(steps)
        if done > _MOST_OPERATIONS:
            raise _too_many()
        for operation in steps:
            document = _applied(document, operation, number)
            if operation["op"] == "copy":
                # A few bytes may copy much, again and again: all of it together is bounded.
                copied += _size(document)
                check_size(copied)
    if is_deep(document):
        raise TooDeep
    return document


def _too_many() -> Invalid:
    return Invalid(
        f"A JSON Patch is a list of at most {_MOST_OPERATIONS} operations.", code="invalidPatch"
    )


def _applied(document: Any, operation: Any, number: int) -> Any:
    """Return `document` after one operation. What the library says of it may quote the document."""
    try:
        return jsonpatch.JsonPatch([operation]).apply(document, in_place=True)
    except jsonpatch.JsonPatchTestFailed:
        raise Conflict(
            f"Operation {number} is a test, and it failed.",
            path=operation["path"],
            hint="Nothing was changed.",
        ) from None
    except jsonpatch.InvalidJsonPatch:
        raise Invalid(
            f"Operation {number} of the patch is malformed.",
            hint="Send op and path, and value or from where RFC 6902 asks for them.",
            code="invalidPatch",
        ) from None
    except (jsonpatch.JsonPatchException, JsonPointerException, TypeError, KeyError):
        raise Invalid(
            f"Operation {number} cannot be applied: what it names is not there, or not fit for it.",
            path=_place(operation),
            code="invalidPatch",
        ) from None
    except RecursionError:
        raise TooDeep from None


def _place(operation: Any) -> str | None:
    path = operation.get("path") if isinstance(operation, dict) else None
    return path[:200] if isinstance(path, str) else None


def _size(document: Any) -> int:
    if is_deep(document):
        raise TooDeep
    return len(encode(document))


def check_size(size: int) -> None:
    """Raise TooLarge when a document of `size` bytes is more than LARGEST_DOCUMENT."""
    if size > LARGEST_DOCUMENT:
        raise TooLarge("The patch makes the document too large.", code="tooLarge")


def result(declared: RecordType, old: Document, new: Any) -> Document:
    """Return `new` as the document that replaces `old`.

    Raises Invalid when the patch left no object or would alter a managed attribute.
    """
    if not isinstance(new, dict):
        raise Invalid("The patch leaves no object.", code="invalidPatch")
    for name in MANAGED:
        if name != "href" and new.get(name) != old.get(name):
            raise Invalid("cannot be changed.", path=name, code="immutableAttribute")
    rest = {name: value for name, value in new.items() if name not in _FIRST}
    return {"id": old["id"], "@type": old.get("@type", declared.entity), **rest}


_FIRST = frozenset(("id", "href", "@type"))
