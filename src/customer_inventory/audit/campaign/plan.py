"""The plan of a campaign: how many records are looked at, and how many may fail.

After ISO 2859-4:2020, procedures for the assessment of declared quality levels. A level is declared
(at most so much of the population is nonconforming); a sample contradicts it when more than the
*limit number* of its records are nonconforming. Both risks are computed for the population at hand:
that a right declaration is contradicted, and that one is not which is wrong by the *limiting
quality ratio*.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from customer_inventory.audit.campaign.chance import at_most, first
from customer_inventory.kit.errors import Invalid

RISK = Fraction(5, 100)
"""The standard's risk of contradicting what is right."""
MISS = Fraction(10, 100)
"""The standard's risk of missing what is wrong by the limiting quality ratio."""
RATIO = Fraction(13, 2)
"""The limiting quality ratio unless told: at 0.65 % it gives the plan of the standard's example."""

_MOST_RATIO = 1000
MOST = 2000
"""So many records people look at in one campaign, at most."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked of a plan; shares from 0 to 1.

    `level` is the declared share of nonconforming records, `risk` that of contradicting it when it
    is right, `ratio` how many times worse is to be noticed, but for the risk `miss`.
    """

    level: Fraction
    risk: Fraction = RISK
    ratio: Fraction = RATIO
    miss: Fraction = MISS

    def check(self) -> None:
        """Raise Invalid, naming what is out of its bounds."""
        for name in ("level", "risk", "miss"):
            if not 0 < getattr(self, name) < 1:
                raise Invalid("must be between 0 and 1 (0 % and 100 %).", path=name)
        if not 1 < self.ratio <= _MOST_RATIO:
            raise Invalid(f"must be over 1 and at most {_MOST_RATIO}.", path="ratio")
        if self.level * self.ratio > 1:
            raise Invalid("times the declared level is more than all.", path="ratio")


@dataclass(frozen=True, slots=True)
class Plan:
    """So many of `population` records are looked at; more than `limit` failing contradict.

    `risk` and `miss` are the risks that it really has.
    """

    population: int
    size: int
    limit: int
    risk: Fraction
    miss: Fraction


def planned(demand: Demand, population: int) -> Plan:
    """Return the plan with the lowest limit number by which a population meets a demand.

    For each limit number the sample is the largest of the risk allowed, as in the standard; where
    that is everything, the smallest that does not miss too much. Raises Invalid for a demand that
    is out of bounds, an empty population, and a sample of more than MOST.
    """
    demand.check()
    if population < 1:
        raise Invalid("There is nothing to take a sample of.", path="filter")
    size = 1
    for limit in range(MOST):
        size = _size(demand, population, limit, least=size)
        if size > MOST:
            break
        plan = held(demand, population, size, limit)
        if plan.risk <= demand.risk and plan.miss <= demand.miss:
            return plan
    raise Invalid(
        f"asks for a sample of more than {MOST:,} records.",
        path="ratio",
        hint="Give a higher ratio, or a higher level.",
    )


def held(demand: Demand, population: int, size: int, limit: int) -> Plan:
    """Return a plan of this size and limit number, with the risks that it has."""
    right, wrong = bounds(demand, population)
    return Plan(
        population,
        size,
        limit,
        1 - at_most(limit, population=population, nonconforming=right, sample=size),
        at_most(limit, population=population, nonconforming=wrong, sample=size),
    )


def bounds(demand: Demand, population: int) -> tuple[int, int]:
    """Return how many nonconforming records the level allows, and how many are too many to miss."""
    right = floor(demand.level * population)
    return right, min(population, max(right + 1, ceil(demand.level * demand.ratio * population)))


def _size(demand: Demand, population: int, limit: int, *, least: int) -> int:
    """Return the size of the sample for a limit number; for a lower one it was `least`."""
    right, wrong = bounds(demand, population)
    if right <= limit:
        # What is allowed cannot contradict: only missing too much bounds the sample.
        return first(
            least, population, lambda size: _misses(population, wrong, size, limit, demand)
        )
    return (
        first(least, population + 1, lambda size: _risks(population, right, size, limit, demand))
        - 1
    )


def _misses(population: int, wrong: int, size: int, limit: int, demand: Demand) -> bool:
    """Tell whether a sample is large enough not to miss too much."""
    chance = at_most(limit, population=population, nonconforming=wrong, sample=size)
    return chance <= demand.miss


def _risks(population: int, right: int, size: int, limit: int, demand: Demand) -> bool:
    """Tell whether a sample is too large for the risk of contradicting what is right."""
    return 1 - at_most(limit, population=population, nonconforming=right, sample=size) > demand.risk
