"""A model: what the levels of comparisons weigh, as batch and entry both read it.

Fellegi and Sunter (1969): the weight of a level is the logarithm (base 2) of how much oftener pairs
of one subject (`m`) than of two (`u`) are at it. Weights of comparisons that hang together, as the
surname, address and telephone of a household do, add up to too much: a second stage, trees trained
on what the levels are together, judges instead where a model has one. What two strong identifiers
say is weighed apart, since the trees are trained by it.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from customer_inventory.capture.matching.compare import COMPARISONS, apart, levels
from customer_inventory.capture.matching.level import ABSENT, Comparison
from customer_inventory.capture.matching.normal import Normal
from customer_inventory.capture.matching.tree import Trees
from customer_inventory.record.document import encode

LABEL = "identifier"
"""The comparison that the second stage is trained by, and does not see."""
APART = -4.0
"""The odds at most of what is declared to be apart, in natural logarithm: 2 %."""
LEAST_WEIGHT = -8.0
"""Pairs of less weight (bits, identifiers aside) that no identifier speaks for are not compared in
batches. Trees were taught by none of them and know nothing of them: the first stage judges."""
_MOST = 0.999999
_LEAST_SHARE = 1e-7


@dataclass(frozen=True, slots=True)
class Reason:
    """What one comparison says of a pair: at which level, and its weight in bits."""

    name: str
    level: str
    weight: float


@dataclass(frozen=True, slots=True)
class Score:
    """How likely two records are of one subject, 0 to 1, and what speaks for and against it."""

    probability: float
    weight: float
    reasons: tuple[Reason, ...]
    at: Mapping[str, int]


@dataclass(frozen=True)
class Model:
    """The weights of one record type.

    `prior` is the share of all pairs that are of one subject; `shares` has, by comparison and
    number of its level, the shares m and u; `frequency` has by comparison how common values are.
    """

    record_type: str
    prior: float
    shares: Mapping[str, Mapping[int, tuple[float, float]]]
    frequency: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    trees: Trees | None = None

    @classmethod
    def read(cls, content: bytes) -> "Model":
        """Return the model that `to_json` wrote."""
        told = msgspec.json.decode(content)
        record_type = told["type"]
        shares = {
            each.name: {
                number: tuple(told["comparisons"][each.name][each.named(number)])
                for number in range(len(each.levels) + 1)
            }
            for each in COMPARISONS[record_type]
        }
        trees = Trees(told["trees"]) if told.get("trees") else None
        return cls(record_type, told["prior"], shares, told.get("frequency", {}), trees)

    def to_json(self) -> bytes:
        """Return the model as it is kept: levels by name, the likest first."""
        told: dict[str, Any] = {
            "type": self.record_type,
            "prior": self.prior,
            "comparisons": {
                each.name: {
                    each.named(number): list(self.shares[each.name][number])
                    for number in range(len(each.levels), -1, -1)
                }
                for each in COMPARISONS[self.record_type]
            },
            "frequency": self.frequency,
        }
        if self.trees is not None:
            told["trees"] = self.trees.told
        return encode(told)

    @property
    def sha256(self) -> str:
        """What tells it apart from every other: the hash of its JSON, in hexadecimal."""
        return hashlib.sha256(self.to_json()).hexdigest()

    def score(self, one: Normal, other: Normal) -> Score:
        """Return how likely two normal forms are of one subject, and why."""
        at = levels(self.record_type, one, other)
        weights = {
            each.name: self._weight(each, at[each.name], one, other)
            for each in COMPARISONS[self.record_type]
        }
        reasons = tuple(
            Reason(each.name, each.named(at[each.name]), round(weights[each.name], 2))
            for each in COMPARISONS[self.record_type]
            if at[each.name] != ABSENT
        )
        total = math.log2(self.prior / (1 - self.prior)) + sum(weights.values())
        odds = total * math.log(2)
        is_compared = weights[LABEL] > 0 or total - weights[LABEL] >= LEAST_WEIGHT
        if self.trees is not None and is_compared:
            seen = features(self.record_type, at, self._rarity(at, one, other))
            odds = self.trees.odds(seen) + weights[LABEL] * math.log(2)
        if apart(self.record_type, at):
            odds = min(odds, APART)
        return Score(_probability(odds), round(total, 2), reasons, at)

    def weight(self, name: str, number: int) -> float:
        """Return the weight of a level of a comparison in bits, before its frequency."""
        if number == ABSENT:
            return 0.0
        m, u = self.shares[name][number]
        return math.log2(m / u)

    def _weight(self, each: Comparison, number: int, one: Normal, other: Normal) -> float:
        weight = self.weight(each.name, number)
        if each.frequency and number == len(each.levels):
            _, u = self.shares[each.name][number]
            weight += math.log2(u / self._share(each, one, other))
        return weight

    def _share(self, each: Comparison, one: Normal, other: Normal) -> float:
        """Return how common the commoner of two values is, as a share of all."""
        known = self.frequency.get(each.name, {})
        column = each.frequency or ""
        least = known.get("", _LEAST_SHARE)
        return max(known.get(getattr(one, column), least), known.get(getattr(other, column), least))

    def _rarity(self, at: Mapping[str, int], one: Normal, other: Normal) -> dict[str, float]:
        """Return, of comparisons at their first level, how rare the value is, in bits."""
        return {
            each.name: -math.log2(self._share(each, one, other))
            for each in COMPARISONS[self.record_type]
            if each.frequency and at[each.name] == len(each.levels)
        }


def features(
    record_type: str, at: Mapping[str, int], rarity: Mapping[str, float]
) -> Sequence[float]:
    """Return what the second stage sees of a pair, in the order of `feature_names`."""
    compared = COMPARISONS[record_type]
    return [
        *(float(at[each.name]) for each in compared if each.name != LABEL),
        *(rarity.get(each.name, 0.0) for each in compared if each.frequency),
    ]


def feature_names(record_type: str) -> tuple[str, ...]:
    """Return the names of what the second stage sees: levels, then rarities."""
    compared = COMPARISONS[record_type]
    return (
        *(each.name for each in compared if each.name != LABEL),
        *(f"{each.name} rarity" for each in compared if each.frequency),
    )


def _probability(odds: float) -> float:
    """Return the probability of odds (natural logarithm)."""
    bounded = min(max(odds, -40.0), 40.0)
    return min(1 / (1 + math.exp(-bounded)), _MOST)
