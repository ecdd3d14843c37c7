"""What of a document its subject may see: its own data, nothing of third parties.

Whoever else is named stays as a bare reference, without a name; so do records of others. The
authors of notes are staff, and are left out (CJEU C-579/21: their names are not the subject's).
"""

from collections.abc import Collection
from typing import Any

from customer_inventory.kit.ids import is_id
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.place import places
from customer_inventory.record.types import TYPES, of_entity

_BARE = frozenset(("id", "role", "@type", "@referredType", "@baseType", "@schemaLocation"))
_AUTHOR = "author"


def disclosed(declared: RecordType, document: Document, ids: Collection[str]) -> Document:
    """Return `document`, altered in place: what is not of the records `ids` is a bare reference."""
    for reference in declared.references:
        if reference.is_catalogue:
            continue
        for place in places(document, reference.steps):
            if isinstance(place, dict) and place.get(reference.key) not in ids:
                _bare(place, reference.key)
    for value in document.values():
        _walk(value, ids)
    return document


def concerns(declared: RecordType, document: Document, ids: Collection[str]) -> bool:
    """Tell whether a version of a record is about one of the records `ids`, or about nobody else.

    What was transferred to the subject was another's before.
    """
    if document.get("id") in ids and not declared.subject:
        return True
    named = declared.subjects_of(document)
    return not named or any(each in ids for each in named)


def _walk(node: Any, ids: Collection[str]) -> None:
    """Bare references at places that no type declares; take out the authors of notes."""
    if isinstance(node, list):
        for item in node:
            _walk(item, ids)
    elif isinstance(node, dict):
        if _is_of_another(node, ids):
            _bare(node, "id")
        if "text" in node:
            node.pop(_AUTHOR, None)
        for value in node.values():
            _walk(value, ids)


def _is_of_another(node: dict[str, Any], ids: Collection[str]) -> bool:
    identifier = node.get("id")
    if not isinstance(identifier, str) or not is_id(identifier) or identifier in ids:
        return False
    referred = node.get("@referredType")
    kind = TYPES.get(str(referred)) or of_entity(referred)
    return not kind.is_catalogue if kind else referred is None


def _bare(place: dict[str, Any], key: str) -> None:
    for name in place.keys() - _BARE - {key}:
        del place[name]
