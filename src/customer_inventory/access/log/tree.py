"""The Merkle tree of RFC 6962: hashes of leaves and nodes, its edge, and proofs of inclusion."""

import hashlib
from collections.abc import Iterable, Sequence
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
        self.graft(0, leaf)

    def graft(self, level: int, hashed: bytes) -> None:
        """Append a whole subtree of 2 ** `level` leaves by its hash; the size must admit it.

        Raises ValueError where a subtree of that level cannot begin.
        """
        if self.size & (1 << level) - 1:
            raise ValueError(f"no subtree of level {level} begins at {self.size}")
        number = self.size >> level
        while number & 1:
            hashed = node_hash(self.hashes.pop(), hashed)
            number >>= 1
        self.hashes.append(hashed)
        self.size += 1 << level

    def root(self) -> bytes:
        """Return the hash of the whole tree."""
        if not self.hashes:
            return hashlib.sha256(b"").digest()
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root


@dataclass(frozen=True, slots=True)
class Subtree:
    """A whole subtree of 2 ** `level` leaves from `start` on, by its hash; a leaf has level 0."""

    start: int
    level: int
    hash: bytes

    @property
    def stop(self) -> int:
        """The place behind its last leaf."""
        return self.start + (1 << self.level)

    def has(self, number: int) -> bool:
        """Tell whether leaf `number` is in it."""
        return self.start <= number < self.stop

    def joins(self, right: "Subtree") -> bool:
        """Tell whether it and `right` are the two halves of one subtree."""
        halves = self.level == right.level and self.stop == right.start
        return halves and not self.start & (1 << self.level)


def joined(left: Subtree, right: Subtree) -> Subtree:
    """Return the subtree that two halves make."""
    return Subtree(left.start, left.level + 1, node_hash(left.hash, right.hash))


class Cover:
    """Gathers leaves, in order, into the fewest whole subtrees that hold them and no others."""

    def __init__(self) -> None:
        self.subtrees: list[Subtree] = []
        self._since = 0

    def add(self, number: int, leaf: bytes) -> None:
        """Take in the leaf `number`."""
        self.subtrees.append(Subtree(number, 0, leaf))
        while len(self.subtrees) - self._since > 1 and self.subtrees[-2].joins(self.subtrees[-1]):
            right, left = self.subtrees.pop(), self.subtrees.pop()
            self.subtrees.append(joined(left, right))

    def cut(self) -> None:
        """Let no subtree reach from what came before to what comes: a tree ends here."""
        self._since = len(self.subtrees)


def inclusion(subtrees: Iterable[Subtree], number: int) -> list[bytes]:
    """Return the proof that leaf `number` (from 0) is in the tree of `subtrees`, lowest hash first.

    RFC 6962 section 2.1.1. The subtrees follow each other from 0 on; the leaf is one of them.
    """
    path: list[bytes] = []
    edge: list[Subtree] = []
    for subtree in subtrees:
        edge.append(subtree)
        while len(edge) > 1 and edge[-2].joins(edge[-1]):
            right, left = edge.pop(), edge.pop()
            path += [
                half.hash for half, other in ((left, right), (right, left)) if other.has(number)
            ]
            edge.append(joined(left, right))
    # What remains is joined from the right, as `Frontier.root` does.
    last = edge.pop()
    hashed, is_in = last.hash, last.has(number)
    for left in reversed(edge):
        if is_in or left.has(number):
            path.append(left.hash if is_in else hashed)
            is_in = True
        hashed = node_hash(left.hash, hashed)
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
