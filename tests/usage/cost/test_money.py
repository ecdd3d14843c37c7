"""Money shared out: whole minor units, that sum to what there was, whatever the weights."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.kit.located import FileError, parse
from customer_inventory.usage.cost.driver import quantity
from customer_inventory.usage.cost.money import amount_in, rounded, shared, told

WEIGHTS = st.dictionaries(
    st.text(max_size=3), st.integers(0, 10**24), min_size=1, max_size=40
).filter(lambda weights: sum(weights.values()) > 0)


@given(st.integers(0, 10**15), WEIGHTS)
def test_parts_are_the_whole_and_within_a_cent_of_their_share(
    amount: int, weights: dict[str, int]
) -> None:
    parts = shared(amount, weights)
    assert sum(parts.values()) == amount
    assert parts.keys() == weights.keys()
    whole = sum(weights.values())
    for key, weight in weights.items():
        exact = Fraction(amount * weight, whole)
        assert abs(parts[key] - exact) < 1
        assert weight or not parts[key]


@given(st.integers(0, 10**9), WEIGHTS, st.integers(1, 1000))
def test_the_scale_of_weights_does_not_matter(
    amount: int, weights: dict[str, int], times: int
) -> None:
    scaled = {key: weight * times for key, weight in weights.items()}
    assert shared(amount, scaled) == shared(amount, weights)


def test_of_equals_the_first_get_the_cent() -> None:
    assert shared(100, {"a": 1, "b": 1, "c": 1}) == {"a": 34, "b": 33, "c": 33}
    assert shared(1, {"a": 1, "b": 0, "c": 1}) == {"a": 1, "b": 0, "c": 0}
    assert shared(0, {"a": 5}) == {"a": 0}


@pytest.mark.parametrize("weights", [{}, {"a": 0}, {"a": 2, "b": -1}], ids=str)
def test_no_weight_shares_nothing(weights: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        shared(1, weights)


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [("12.34", "EUR", 1234), ("0", "EUR", 0), ("12", "JPY", 12), ("1.234", "KWD", 1234)],
)
def test_amounts_are_minor_units(text: str, currency: str, amount: int) -> None:
    assert amount_in(parse(text), currency) == amount
    assert Decimal(told(amount, currency)) == Decimal(text)


@pytest.mark.parametrize(
    ("text", "currency", "why"),
    [
        ("-1", "EUR", "negative"),
        ("1.005", "EUR", "more decimals than EUR has"),
        ("1.5", "JPY", "more decimals than JPY has"),
        ("NaN", "EUR", "no amount"),
        ("Infinity", "EUR", "no amount"),
        ("1e15", "EUR", "no amount"),
        ("twelve", "EUR", "no number"),
        ("1,234.50", "EUR", "no number"),
    ],
)
def test_what_is_no_amount_says_why(text: str, currency: str, why: str) -> None:
    with pytest.raises(FileError, match=why):
        amount_in(parse(text), currency)


def test_charges_round_half_to_even() -> None:
    assert [rounded(Decimal(text), "EUR") for text in ("0.125", "0.135", "0.1350001")] == [
        12,
        14,
        14,
    ]


@given(st.integers(0, 10**24), st.integers(1, 10**18))
def test_quantities_have_nine_decimals(native: int, scale: int) -> None:
    exact = Fraction(native, scale)
    assert abs(Fraction(quantity(exact)) - exact) <= Fraction(1, 2 * 10**9)
