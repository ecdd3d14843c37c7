"""What tells a subject apart in text: addresses, numbers and whole names out of its documents.

Refused rows and free text of others name nobody by id: they are searched for these.
"""

from collections.abc import Iterable
from typing import Any

from customer_inventory.record.declare import Document

_TELLING = frozenset(
    (
        "emailAddress",
        "phoneNumber",
        "faxNumber",
        "socialNetworkId",
        "identificationId",
        "externalIdentifier",
        "street1",
        "tradingName",
        "legalName",
        "fullName",
        "formattedName",
    )
)
_SHORTEST = 5
"""Shorter values would be found in texts that do not mean the subject."""


def words_of(documents: Iterable[Document]) -> frozenset[str]:
    """Return the values that tell the subject of `documents` apart."""
    found: set[str] = set()
    for document in documents:
        _gather(document, found)
        given, family = document.get("givenName"), document.get("familyName")
        if isinstance(given, str) and isinstance(family, str):
            found |= {f"{given} {family}", f"{family} {given}", f"{family}, {given}"}
        if isinstance(document.get("id"), str):
            found.add(document["id"])
    return frozenset(word for word in found if len(word) >= _SHORTEST)


def _gather(node: Any, found: set[str]) -> None:
    if isinstance(node, list):
        for item in node:
            _gather(item, found)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name in _TELLING and isinstance(value, str):
                found.add(value)
            elif name == "externalIdentifier":
                found |= {i["id"] for i in _dicts(value) if isinstance(i.get("id"), str)}
            else:
                _gather(value, found)


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
