"""Chances are exact: they are scipy's where scipy has them, and come true where they are tried."""

from fractions import Fraction

import pytest
from scipy.stats import binomtest, hypergeom

from customer_inventory.audit.campaign.chance import at_most, interval

CONFIDENCE = Fraction(95, 100)


@pytest.mark.parametrize("population", [1, 2, 7, 60, 1000])
def test_the_distribution_is_that_of_scipy(population: int) -> None:
    for nonconforming in {0, 1, population // 3, population}:
        for sample in {1, population // 2 or 1, population}:
            for found in range(min(sample, 12)):
                ours = at_most(
                    found, population=population, nonconforming=nonconforming, sample=sample
                )
                theirs = hypergeom.cdf(found, population, nonconforming, sample)
                assert float(ours) == pytest.approx(theirs, abs=1e-10)


@pytest.mark.parametrize(("found", "sample"), [(0, 20), (2, 127), (11, 127), (30, 30)])
def test_of_a_large_population_the_interval_is_that_of_clopper_and_pearson(
    found: int, sample: int
) -> None:
    ours = interval(found, population=10**7, sample=sample, confidence=CONFIDENCE)
    theirs = binomtest(found, sample).proportion_ci(method="exact")
    assert [float(end) for end in ours] == pytest.approx([theirs.low, theirs.high], abs=1e-4)


@pytest.mark.parametrize(("population", "sample"), [(1, 1), (9, 4), (40, 12), (90, 20)])
def test_the_interval_holds_as_often_as_it_says(population: int, sample: int) -> None:
    """For every number of nonconforming records there may be, weighed by what the sample finds."""
    for nonconforming in range(population + 1):
        missed = Fraction(0)
        for found in range(max(0, sample - population + nonconforming),
                           min(sample, nonconforming) + 1):  # fmt: skip
            low, high = interval(found, population=population, sample=sample, confidence=CONFIDENCE)
            if not low <= Fraction(nonconforming, population) <= high:
                facts = {"population": population, "nonconforming": nonconforming}
                missed += at_most(found, sample=sample, **facts)
                missed -= at_most(found - 1, sample=sample, **facts)
        assert missed <= 1 - CONFIDENCE


def test_who_looks_at_everything_knows() -> None:
    assert interval(3, population=40, sample=40, confidence=CONFIDENCE) == (Fraction(3, 40),) * 2
    assert interval(0, population=40, sample=0, confidence=CONFIDENCE) == (0, 1)
