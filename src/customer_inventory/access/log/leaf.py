"""An entry as a leaf of the log: the bytes that are hashed, without the ids themselves.

A leaf holds, for each record id, a salted commitment instead of the id. So an id can be
struck out for ever (its subject was erased) and the leaf, and every proof above it, stays as it
was: what remains of that id is a hash that nobody can undo, for its salt is gone.

Leaves are made by form 2; those of form 1 are made again as they were. In form 2 all salts of an
entry are drawn from its own by one call of an extendable function, and a commitment is one hash:
a list of fifty costs a fifth.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from customer_inventory.access.log.tree import leaf_hash

FORM = 2
"""The form by which leaves are made: each says by which one it was."""
_SALT_BYTES = 16

FACTS = (
    "at", "process", "person", "purpose", "operation", "type", "status", "decision", "count",
    "bytes", "source", "rule", "groups", "reason",
)  # fmt: skip
"""What an entry tells besides its ids, in the order in which it is hashed."""

_encode = msgspec.json.Encoder().encode
_sha256 = hashlib.sha256


def salts_of(salt: bytes, count: int, form: int = FORM) -> list[bytes]:
    """Return the salts of the first `count` ids of an entry, from its own salt."""
    if form == 1:
        return [hmac.digest(salt, b"%d" % place, "sha256")[:_SALT_BYTES] for place in range(count)]
    drawn = hashlib.shake_256(salt).digest(_SALT_BYTES * count)
    return [drawn[at : at + _SALT_BYTES] for at in range(0, len(drawn), _SALT_BYTES)]


def commitment(salt: bytes, identifier: str, form: int = FORM) -> bytes:
    """Return what a leaf holds in the place of `identifier`; `salt` is its own."""
    if form == 1:
        return hmac.digest(salt, identifier.encode(), "sha256")
    # Salts have one length: no other salt and id come to the same bytes.
    return _sha256(salt + identifier.encode()).digest()


def commitments(
    identifiers: Sequence[str | None],
    salt: bytes | None,
    opened: Sequence[bytes] | None,
    form: int = FORM,
) -> list[bytes]:
    """Return the commitments to the ids of an entry.

    An entry that nothing was struck out of has one `salt`; another has `opened`: for an id that
    is there its own salt, for one that was struck out (None) the commitment itself.
    """
    own = salts_of(salt or b"", len(identifiers), form) if opened is None else opened
    is_struck = opened is not None
    return [
        kept if identifier is None and is_struck else commitment(kept, identifier or "", form)
        for identifier, kept in zip(identifiers, own, strict=True)
    ]


def struck_out(
    identifiers: Sequence[str | None],
    salt: bytes | None,
    opened: Sequence[bytes] | None,
    gone: frozenset[str],
    form: int = FORM,
) -> tuple[list[str | None], list[bytes]]:
    """Return ids and `opened` of an entry without the ids of `gone`; its leaf is the same."""
    known = commitments(identifiers, salt, opened, form)
    salts = salts_of(salt or b"", len(identifiers), form) if opened is None else opened
    kept: list[bytes] = []
    left: list[str | None] = []
    for identifier, committed, own in zip(identifiers, known, salts, strict=True):
        is_gone = identifier is None or identifier in gone
        left.append(None if is_gone else identifier)
        kept.append(committed if is_gone else own)
    return left, kept


def hash_of(
    facts: Mapping[str, Any],
    writer: str,
    number: int,
    committed: Sequence[bytes],
    form: int = FORM,
) -> bytes:
    """Return the hash of the leaf of an entry: `number` is its place among those of `writer`."""
    ids = _sha256(b"".join(committed)).hexdigest()
    line = [form, writer, number, *[facts[name] for name in FACTS], len(committed), ids]
    return leaf_hash(_encode(line))
