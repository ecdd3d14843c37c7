"""Random decisions that are the same on every machine for the same seed and index.

Only `getrandbits` of the Mersenne Twister is used: its output is fixed, while `choice`
and its kin may draw differently in another Python. A choice is an index of ten random
bits into a *table* of 1024 slots, where a likelier item fills more slots; integers
alone decide, as floating-point results may differ in the last bit between machines.
"""

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import TypeVar

from customer_inventory.kit.ids import BUCKETS, compose

T = TypeVar("T")

SLOT_BITS = 10
SLOTS = 1 << SLOT_BITS
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"  # the letters in the second half of British postcodes

_BUCKET_BITS = (BUCKETS - 1).bit_length()
_VALUE_BITS = 120
_WORD_BITS = 64
_WORD = (1 << _WORD_BITS) - 1


def weighted(choices: Iterable[tuple[T, int]]) -> tuple[T, ...]:
    """Return the table in which each item fills slots in proportion to its weight."""
    pairs = list(choices)
    total = sum(weight for _, weight in pairs)
    slots: list[T] = []
    seen = 0
    for item, weight in pairs:
        seen += weight
        slots += [item] * (seen * SLOTS // total - len(slots))
    return tuple(slots)


def uniform(items: Iterable[T]) -> tuple[T, ...]:
    """Return the table of equally likely items."""
    return weighted((item, 1) for item in items)


def ranked(items: Iterable[T]) -> tuple[T, ...]:
    """Return the table of items given likeliest first, falling off as names do."""
    return weighted((item, 10_000 // (rank + 8)) for rank, item in enumerate(items))


class Draw:
    """The decisions about customer number `index`, all in one bucket.

    `bits(k)` returns k random bits. Seeds count modulo 2**64.
    """

    __slots__ = ("bits", "bucket")

    bits: Callable[[int], int]
    bucket: int

    def __init__(self, seed: int, index: int) -> None:
        self.bits = Random((seed & _WORD) << _WORD_BITS | index).getrandbits  # noqa: S311
        self.bucket = self.bits(_BUCKET_BITS)

    def new_id(self) -> str:
        """Return a fresh id in the customer's bucket."""
        return compose(self.bucket, self.bits(_VALUE_BITS))

    def pick(self, table: Sequence[T]) -> T:
        """Return an item of a table of `SLOTS` slots."""
        return table[self.bits(SLOT_BITS)]

    def one_of(self, items: Sequence[T]) -> T:
        """Return one of `items`, all equally likely."""
        return items[self.bits(32) * len(items) >> 32]

    def below(self, limit: int) -> int:
        """Return a number from 0 to limit - 1."""
        return self.bits(32) * limit >> 32

    def between(self, low: int, high: int) -> int:
        """Return a number from low to high, both included; low when high is smaller."""
        return low + self.below(max(high - low + 1, 1))

    def chance(self, percent: int) -> bool:
        """Return True in `percent` of a hundred cases."""
        return self.below(100) < percent

    def fill(self, pattern: str) -> str:
        """Return `pattern` with # a digit, % one from 2 to 9, @ a letter; | parts alternatives."""
        if "|" in pattern:
            pattern = self.one_of(pattern.split("|"))
        return "".join([self._char(char) if char in "#%@" else char for char in pattern])

    def _char(self, kind: str) -> str:
        if kind == "#":
            return self.one_of("0123456789")
        if kind == "%":
            return "23456789"[self.bits(3)]
        return self.one_of(LETTERS)
