"""How rare a count is: the tail of ours against scipy's, medians against the standard library's."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from customer_inventory.usage.anomaly.chance import Habit, beta, tail


@given(st.integers(0, 5000), st.floats(0.01, 2000), st.floats(1.05, 500))
def test_the_tail_is_that_of_the_negative_binomial(
    count: int, mean: float, dispersion: float
) -> None:
    variance = mean * dispersion
    size = mean**2 / (variance - mean)
    wanted = stats.nbinom.sf(count - 1, size, size / (size + mean))
    found = tail(count, mean, variance)
    if wanted > 1e-100:
        assert found == pytest.approx(wanted, rel=1e-6)
    else:
        # So far out gamma functions leave a few digits, and nobody asks for more.
        assert found < 1.01e-100


@given(st.floats(0, 1), st.floats(0.01, 1e5), st.floats(0.01, 1e5))
def test_beta_is_the_regularized_incomplete_beta_function(x: float, a: float, b: float) -> None:
    assert beta(x, a, b) == pytest.approx(special.betainc(a, b, x), rel=1e-6, abs=1e-9)


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=80), st.integers(0, 20_000))
def test_more_is_rarer(counts: list[int], count: int) -> None:
    habit = Habit.of(counts)
    assert 0 <= habit.chance(count + 1) <= habit.chance(count) <= 1 + 1e-9


def test_one_odd_day_moves_no_habit() -> None:
    usual = [100, 110, 95, 102, 98, 105, 101, 99, 97, 103]
    once = Habit.of([*usual, 50_000])
    assert once.middle == pytest.approx(Habit.of(usual).middle, abs=2)
    assert once.deviation < 10
    assert once.chance(300) < 1e-6


def test_what_never_happened_may_happen_once_in_all_windows() -> None:
    never = Habit.of([0] * 40)
    assert never.deviation == 0
    assert 0.005 < never.chance(1) < 0.025
    assert not math.isnan(never.chance(10**7))
