"""One measurement of one thing under load, and what can be said of several."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True)
class Sample:
    """So many operations in so many seconds; latencies in milliseconds where they are known.

    `cpu` are CPU seconds spent meanwhile, by who spent them.
    """

    operations: int
    seconds: float
    p50: float | None = None
    p99: float | None = None
    cpu: dict[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Operations a second."""
        return self.operations / self.seconds

    def cpu_per_operation(self) -> dict[str, float]:
        """Return CPU microseconds an operation, by who spent them."""
        return {who: 1e6 * seconds / self.operations for who, seconds in self.cpu.items()}


@dataclass(frozen=True)
class Spread:
    """The median of several values, with the lowest and the highest."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """Return the spread of `values`, of which there is at least one."""
        known = list(values)
        return cls(median(known), min(known), max(known))


def rates(samples: Sequence[Sample]) -> Spread:
    """Return the spread of the rates."""
    return Spread.of(sample.rate for sample in samples)


def ratios(ours: Sequence[Sample], theirs: Sequence[Sample]) -> Spread:
    """Return the spread of our rate over theirs, round by round: neighbours in time compare."""
    return Spread.of(a.rate / b.rate for a, b in zip(ours, theirs, strict=True))


def cpu_shares(samples: Sequence[Sample]) -> dict[str, float]:
    """Return the median CPU microseconds an operation, by who spent them."""
    each = [sample.cpu_per_operation() for sample in samples]
    return {who: median(one[who] for one in each) for who in (each[0] if each else {})}


def percentile(seconds: Sequence[float], rank: int) -> float:
    """Return the value that so many of a hundred do not pass."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, math.ceil(len(ordered) * rank / 100) - 1)]
