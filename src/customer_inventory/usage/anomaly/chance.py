"""How rare a count is, given what comparable hours or days had: medians, and a negative binomial.

Counts of use come in bursts, so that their variance is above their mean: the negative binomial has
both. Median and MAD (median of absolute deviations) are little moved by single days. Its tail is an
incomplete beta function, by Lentz's continued fraction; `tests/usage/anomaly/test_chance.py` holds
it against scipy's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log1p
from statistics import median

_MAD_TO_DEVIATION = 1.4826
"""By this the MAD of a normal distribution is its standard deviation."""
_LEAST_DISPERSION = 1.5
"""Variance over mean that counts have at least: those of people are never purely random."""
_STEPS = 10_000
_PRECISE = 1e-12
_TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Habit:
    """What comparable windows had: how many there are, their median and deviation."""

    windows: int
    middle: float
    deviation: float

    @classmethod
    def of(cls, counts: Sequence[int]) -> "Habit":
        """Return the habit that counts of windows, one at least, tell."""
        middle = float(median(counts))
        spread = median(abs(count - middle) for count in counts)
        return cls(len(counts), middle, _MAD_TO_DEVIATION * spread)

    def chance(self, count: int) -> float:
        """Return the chance that a window has `count` or more.

        What no window had is taken to happen once in all of them.
        """
        mean = max(self.middle, 1 / self.windows)
        return tail(count, mean, max(self.deviation**2, _LEAST_DISPERSION * mean))


def tail(count: int, mean: float, variance: float) -> float:
    """Return the chance of `count` or more by the negative binomial of this mean and variance.

    The variance must be above the mean, both above 0.
    """
    if count <= 0:
        return 1.0
    size = mean**2 / (variance - mean)
    return beta(mean / (mean + size), count, size)


def beta(x: float, a: float, b: float) -> float:
    """Return the regularized incomplete beta function of `a` and `b`, both above 0, at `x`."""
    if not 0 < x < 1:
        return min(max(x, 0.0), 1.0)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """Return the continued fraction of the incomplete beta function, by Lentz's method."""
    c, d = 1.0, 1 / _apart(1 - (a + b) * x / (a + 1))
    found = d
    for step in range(1, _STEPS):
        even = step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step))
        odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))
        for part in (even, odd):
            d = 1 / _apart(1 + part * d)
            c = _apart(1 + part / c)
            found *= d * c
        if abs(d * c - 1) < _PRECISE:
            break
    return found


def _apart(value: float) -> float:
    """Return a value that can be divided by."""
    return value if abs(value) > _TINY else _TINY
