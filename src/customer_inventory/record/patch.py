"""Patches: RFC 7396 merge and RFC 6902 operations, applied to a document in memory."""

import copy
from typing import Any

import jsonpatch
from jsonpointer import JsonPointerException

from customer_inventory.kit.errors import Conflict, Invalid, TooLarge
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import MANAGED, encode

_MOST_OPERATIONS = 1000
_LARGEST_DOCUMENT = 4_000_000


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


def operated(target: Document, operations: Any) -> Any:
    """Return `target` with the RFC 6902 `operations` applied; `target` is not changed.

    Raises Invalid for malformed operations or paths, Conflict for a failed test.
    """
    if not isinstance(operations, list) or len(operations) > _MOST_OPERATIONS:
        raise Invalid(
            f"A JSON Patch is a list of at most {_MOST_OPERATIONS} operations.", code="invalidPatch"
        )
    try:
        patch = jsonpatch.JsonPatch(operations)
        document = copy.deepcopy(target)
        for operation in patch:
            document = jsonpatch.JsonPatch([operation]).apply(document, in_place=True)
            _check_size(operation, document)
    except jsonpatch.JsonPatchTestFailed:
        raise Conflict("A test of the patch failed.", hint="Nothing was changed.") from None
    except (jsonpatch.JsonPatchException, JsonPointerException, TypeError, KeyError) as error:
        raise Invalid(f"The patch cannot be applied: {error}.", code="invalidPatch") from None
    return document


def _check_size(operation: Any, document: Any) -> None:
    """Stop a patch that grows the document by copying it into itself, again and again."""
    if operation.get("op") == "copy" and len(encode(document)) > _LARGEST_DOCUMENT:
        raise TooLarge("The patch makes the document too large.", code="invalidPatch")


def result(declared: RecordType, old: Document, new: Any) -> Document:
    """Return `new` as the document that replaces `old`.

    Raises Invalid when the patch left no object or would alter a managed attribute.
    """
    if not isinstance(new, dict):
        raise Invalid("The patch leaves no object.", code="invalidPatch")
    for name in MANAGED:
        if name in new and name != "href" and new[name] != old.get(name):
            raise Invalid("cannot be changed.", path=name, code="immutableAttribute")
    rest = {name: value for name, value in new.items() if name not in _FIRST}
    return {"id": old["id"], "@type": old.get("@type", declared.entity), **rest}


_FIRST = frozenset(("id", "href", "@type"))
