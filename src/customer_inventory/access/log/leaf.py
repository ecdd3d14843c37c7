"""An entry as a leaf of the log: the bytes that are hashed, without the ids themselves.

A leaf holds, for each record id, a salted commitment instead of the id. So an id can be
struck out for ever (its subject was erased) and the leaf, and every proof above it, stays as it
was: what remains of that id is a hash that nobody can undo, for its salt is gone.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from customer_inventory.access.log.tree import leaf_hash

_FORM = 1
"""The number of this form: a leaf says by which one it was made."""
_SALT_BYTES = 16

FACTS = (
    "at", "process", "person", "purpose", "operation", "type", "status", "decision", "count",
    "bytes", "source", "rule", "groups", "reason",
)  # fmt: skip
"""What an entry tells besides its ids, in the order in which it is hashed."""

_encode = msgspec.json.Encoder().encode


def salt_of(salt: bytes, place: int) -> bytes:
    """Return the salt of the id at `place`, from the salt of its entry."""
    return hmac.digest(salt, b"%d" % place, "sha256")[:_SALT_BYTES]


def commitment(salt: bytes, identifier: str) -> bytes:
    """Return what a leaf holds in the place of `identifier`."""
    return hmac.digest(salt, identifier.encode(), "sha256")


def commitments(
    identifiers: Sequence[str | None], salt: bytes | None, opened: Sequence[bytes] | None
) -> list[bytes]:
    """Return the commitments to the ids of an entry.

    An entry that nothing was struck out of has one `salt`; another has `opened`: for an id that
    is there its own salt, for one that was struck out (None) the commitment itself.
    """
    if opened is None:
        salt = salt or b""
        return [
            commitment(salt_of(salt, place), identifier or "")
            for place, identifier in enumerate(identifiers)
        ]
    return [
        kept if identifier is None else commitment(kept, identifier)
        for identifier, kept in zip(identifiers, opened, strict=True)
    ]


def struck_out(
    identifiers: Sequence[str | None],
    salt: bytes | None,
    opened: Sequence[bytes] | None,
    gone: frozenset[str],
) -> tuple[list[str | None], list[bytes]]:
    """Return ids and `opened` of an entry without the ids of `gone`; its leaf is the same."""
    known = commitments(identifiers, salt, opened)
    kept: list[bytes] = []
    left: list[str | None] = []
    for place, identifier in enumerate(identifiers):
        if identifier is None or identifier in gone:
            left.append(None)
            kept.append(known[place])
        else:
            left.append(identifier)
            kept.append(opened[place] if opened else salt_of(salt or b"", place))
    return left, kept


def hash_of(
    facts: Mapping[str, Any], writer: str, number: int, committed: Sequence[bytes]
) -> bytes:
    """Return the hash of the leaf of an entry: `number` is its place among those of `writer`."""
    ids = hashlib.sha256(b"".join(committed)).hexdigest()
    line = [_FORM, writer, number, *(facts[name] for name in FACTS), len(committed), ids]
    return leaf_hash(_encode(line))
