"""Levels of likeness, each said twice: in SQL for batches, in Python at entry.

A comparison has levels, the likest first; a pair is at the first that holds for it, the last one
(`differs`) always does. Where one side says nothing the comparison does not count: level -1. The
numbers are Splink's: 0 for the last level, the highest for the first.

Tests hold both languages to each other, pair by pair.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from customer_inventory.capture.matching.normal import Normal

Holds = Callable[[Any, Any], bool]

DIFFERS = "differs"
ABSENT = -1


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a comparison: its name, and its condition in both languages."""

    name: str
    sql: str
    holds: Holds


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing that is compared; `absent` holds where a side says nothing of it.

    `frequency` is the column of which the first level is worth more the rarer its value is.
    """

    name: str
    absent: Level
    levels: tuple[Level, ...]
    frequency: str | None = None

    def level(self, one: Normal, other: Normal) -> int:
        """Return the number of the level at which two normal forms are."""
        if self.absent.holds(one, other):
            return ABSENT
        for number, level in enumerate(self.levels):
            if level.holds(one, other):
                return len(self.levels) - number
        return 0

    def named(self, number: int) -> str:
        """Return the name of the level with a number."""
        if number == ABSENT:
            return self.absent.name
        return self.levels[len(self.levels) - number].name if number else DIFFERS


def near(one: str, other: str) -> bool:
    """Tell whether two texts are one edit apart at most."""
    return (
        abs(len(one) - len(other)) <= 1
        and DamerauLevenshtein.distance(one, other, score_cutoff=1) <= 1
    )


def alike(one: str, other: str, least: float) -> bool:
    """Tell whether two texts are that alike (Jaro and Winkler, 0 to 1)."""
    return JaroWinkler.similarity(one, other) >= least


def missing(*columns: str) -> Level:
    """Return the level of pairs in which a side has none of these columns."""
    sql = " OR ".join(f"{column}_l IS NULL OR {column}_r IS NULL" for column in columns)

    def holds(one: Any, other: Any) -> bool:
        return any(getattr(one, c) is None or getattr(other, c) is None for c in columns)

    return Level("absent", sql, holds)


def empty(column: str) -> Level:
    """Return the level of pairs in which a side has none of the values of a list."""
    return Level(
        "absent",
        f"len({column}_l) = 0 OR len({column}_r) = 0",
        lambda one, other: not getattr(one, column) or not getattr(other, column),
    )


def same(column: str, name: str = "same") -> Level:
    """Return the level of pairs with one value."""
    return Level(
        name,
        f"{column}_l = {column}_r",
        lambda one, other: getattr(one, column) == getattr(other, column),
    )


def shared(column: str, name: str = "same") -> Level:
    """Return the level of pairs of which lists have a value in common."""
    return Level(
        name,
        f"list_has_any({column}_l, {column}_r)",
        lambda one, other: not set(getattr(one, column)).isdisjoint(getattr(other, column)),
    )


def first_near(column: str) -> Level:
    """Return the level of pairs of which the first values of lists are one edit apart."""
    return Level(
        "one letter off",
        f"damerau_levenshtein({column}_l[1], {column}_r[1]) <= 1",
        lambda one, other: near(getattr(one, column)[0], getattr(other, column)[0]),
    )


def written_alike(column: str, least: float) -> Level:
    """Return the level of pairs with values that are nearly written alike."""
    return Level(
        "misspelt",
        f"jaro_winkler_similarity({column}_l, {column}_r) >= {least}"
        f" OR damerau_levenshtein({column}_l, {column}_r) <= 1",
        lambda one, other: (
            alike(getattr(one, column), getattr(other, column), least)
            or near(getattr(one, column), getattr(other, column))
        ),
    )
