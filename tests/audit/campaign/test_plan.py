"""Plans keep both risks: by the standard's example, by computation, and by trying it."""

from fractions import Fraction
from random import Random

import pytest

from customer_inventory.audit.campaign.chance import at_most
from customer_inventory.audit.campaign.plan import MISS, MOST, RISK, Demand, bounds, planned
from customer_inventory.kit.errors import Invalid

EXAMPLE = Demand(Fraction(65, 10_000))
"""The declared level of the example of ISO 2859-4:2020, 0.65 %."""
CAMPAIGNS = 10_000


@pytest.mark.parametrize("population", [8_000, 10_000])
def test_the_example_of_the_standard(population: int) -> None:
    plan = planned(EXAMPLE, population)
    assert (plan.size, plan.limit) == (127, 2)  # contradicted at 3


def test_of_a_population_without_end_it_is_one_less() -> None:
    """The binomial risk of 127 is 5.06 %: the standard's size keeps 5 % in finite populations."""
    plan = planned(EXAMPLE, 10**7)
    assert (plan.size, plan.limit) == (126, 2)


@pytest.mark.parametrize("population", [1, 2, 10, 50, 200, 999, 5_000, 10**6])
@pytest.mark.parametrize("level", ["0.001", "0.0065", "0.04", "0.1"])
@pytest.mark.parametrize("ratio", ["4", "6.5", "10"])
def test_a_plan_keeps_its_risks_and_none_with_a_lower_limit_does(
    population: int, level: str, ratio: str
) -> None:
    demand = Demand(Fraction(level), ratio=Fraction(ratio))
    try:
        plan = planned(demand, population)
    except Invalid as error:
        assert str(MOST // 1000) in error.message  # noqa: PT017 - what it says is the point
        return
    assert plan.size <= min(population, MOST)
    assert plan.risk <= RISK
    assert plan.miss <= MISS
    right, wrong = bounds(demand, population)
    limit = plan.limit - 1
    for size in range(1, min(plan.size, 200) + 1) if limit >= 0 else ():
        facts = {"population": population, "sample": size}
        contradicts = 1 - at_most(limit, nonconforming=right, **facts)
        misses = at_most(limit, nonconforming=wrong, **facts)
        assert contradicts > RISK or misses > MISS


@pytest.mark.parametrize("is_right", [True, False], ids=["right", "wrong"])
def test_ten_thousand_campaigns_go_wrong_as_rarely_as_is_said(is_right: bool) -> None:
    population = 10_000
    plan = planned(EXAMPLE, population)
    nonconforming = bounds(EXAMPLE, population)[0 if is_right else 1]
    draw = Random(2859)
    wrongly = 0
    for _ in range(CAMPAIGNS):
        sample = draw.sample(range(population), plan.size)
        is_contradicted = sum(each < nonconforming for each in sample) > plan.limit
        wrongly += is_contradicted is is_right
    said = float(plan.risk if is_right else plan.miss)
    # Four standard deviations of so many trials: about one seed in 16,000 would fall outside.
    deviation = (said * (1 - said) / CAMPAIGNS) ** 0.5
    assert abs(wrongly / CAMPAIGNS - said) < 4 * deviation
    assert said <= (RISK if is_right else MISS)


@pytest.mark.parametrize(
    ("demand", "path"),
    [
        (Demand(Fraction(0)), "level"),
        (Demand(Fraction(1)), "level"),
        (Demand(Fraction(-1, 2)), "level"),
        (Demand(Fraction(1, 100), risk=Fraction(0)), "risk"),
        (Demand(Fraction(1, 100), miss=Fraction(3, 2)), "miss"),
        (Demand(Fraction(1, 100), ratio=Fraction(1)), "ratio"),
        (Demand(Fraction(1, 2), ratio=Fraction(3)), "ratio"),
        (Demand(Fraction(1, 100), ratio=Fraction(11, 10)), "ratio"),
    ],
    ids=["none", "all", "below", "no-risk", "miss", "same", "more-than-all", "too-large"],
)
def test_what_cannot_be_planned_is_said(demand: Demand, path: str) -> None:
    with pytest.raises(Invalid) as refused:
        planned(demand, 1_000_000)
    assert refused.value.path == path


def test_of_nothing_no_sample_is_taken() -> None:
    with pytest.raises(Invalid, match="nothing to take a sample of"):
        planned(EXAMPLE, 0)
