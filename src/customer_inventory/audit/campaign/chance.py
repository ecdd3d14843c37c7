"""Chances of a sample without replacement, exact: the hypergeometric distribution in integers.

Populations are finite here and whole numbers exact, so no library is asked: `math.comb` is enough,
and no table is copied. `tests/audit/campaign/test_chance.py` holds it against scipy's.
"""

from collections.abc import Callable
from fractions import Fraction
from math import comb

_TWO_SIDES = 2


def at_most(found: int, *, population: int, nonconforming: int, sample: int) -> Fraction:
    """Return the chance to find `found` nonconforming or fewer in a sample of a population."""
    conforming = population - nonconforming
    number = max(0, sample - conforming)
    ways, those = 0, comb(nonconforming, number) * comb(conforming, sample - number)
    while number <= found and those:
        ways += those
        # From one number to the next, without binomials anew; what is divided divides evenly.
        those = those * (nonconforming - number) * (sample - number)
        number += 1
        those //= number * (conforming - sample + number)
    return Fraction(ways, comb(population, sample))


def interval(
    found: int, *, population: int, sample: int, confidence: Fraction
) -> tuple[Fraction, Fraction]:
    """Return the shares between which that of the population lies, with this confidence.

    Clopper and Pearson's way for a finite population: all numbers of nonconforming records for
    which neither so few nor so many in the sample would be rarer than half of what is left of the
    confidence. Nothing looked at says nothing: 0 to 1.
    """
    if sample == 0:
        return Fraction(0), Fraction(1)
    rare = (1 - confidence) / _TWO_SIDES
    # Looked at were `found` nonconforming ones, and so many others: so many there are at least.
    fewest, most = found, population - (sample - found)

    def is_too_few(nonconforming: int) -> bool:
        return 1 - _at_most(found - 1, population, nonconforming, sample) <= rare

    def is_too_many(nonconforming: int) -> bool:
        return _at_most(found, population, nonconforming, sample) <= rare

    low = first(fewest, most, lambda number: not is_too_few(number))
    high = first(low, most + 1, is_too_many) - 1
    return Fraction(low, population), Fraction(high, population)


def first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """Return the first number from `low` on for which something holds, `high` when none does.

    It holds of all numbers after the first of which it does. Low numbers are tried first: chances
    of small samples are quick to compute.
    """
    step = 1
    while low + step < high and not holds(low + step):
        low, step = low + step + 1, step * 2
    high = min(high, low + step)
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _at_most(found: int, population: int, nonconforming: int, sample: int) -> Fraction:
    return at_most(found, population=population, nonconforming=nonconforming, sample=sample)
