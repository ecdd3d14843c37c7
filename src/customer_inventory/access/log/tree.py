"""The Merkle tree of RFC 6962: hashes of leaves and nodes, its edge, and proofs of inclusion."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

SIZE = 32
"""Bytes of a hash (SHA-256)."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node above two others (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class Frontier:
    """The right edge of a tree of `size` leaves: one hash for each whole subtree, largest first.

    It is all that appending and the root need: log2 of the size.
    """

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    @classmethod
    def of(cls, size: int, packed: bytes) -> "Frontier":
        """Return the frontier whose hashes are `packed` one after the other."""
        return cls(size, [packed[place : place + SIZE] for place in range(0, len(packed), SIZE)])

    def packed(self) -> bytes:
        """Return the hashes one after the other."""
        return b"".join(self.hashes)

    def add(self, leaf: bytes) -> None:
        """Append the hash of a leaf."""
        number, hashed = self.size, leaf
        while number & 1:
            hashed = node_hash(self.hashes.pop(), hashed)
            number >>= 1
        self.hashes.append(hashed)
        self.size += 1

    def root(self) -> bytes:
        """Return the hash of the whole tree."""
        if not self.hashes:
            return hashlib.sha256(b"").digest()
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root


def inclusion(leaves: Sequence[bytes], number: int) -> list[bytes]:
    """Return the proof that leaf `number` (from 0) is in the tree of `leaves`, lowest hash first.

    RFC 6962 section 2.1.1. Costs the hashing of all leaves.
    """
    path: list[bytes] = []
    level = list(leaves)
    while len(level) > 1:
        sibling = number ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        # A last hash without a sibling rises as it is: so the tree of RFC 6962 comes about.
        level = [
            node_hash(*level[place : place + 2]) if place + 1 < len(level) else level[place]
            for place in range(0, len(level), 2)
        ]
        number >>= 1
    return path


def proves(leaf: bytes, number: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Tell whether `path` proves that `leaf` is number `number` of the tree of `size` and `root`.

    RFC 9162 section 2.1.3.2.
    """
    if not 0 <= number < size:
        return False
    first, last, hashed = number, size - 1, leaf
    for sibling in path:
        if not last:
            return False
        if first & 1 or first == last:
            hashed = node_hash(sibling, hashed)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            hashed = node_hash(hashed, sibling)
        first, last = first >> 1, last >> 1
    return not last and hashed == root
