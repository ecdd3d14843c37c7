"""Ids: their form, the bucket they carry, their order in time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.kit import ids

buckets = st.integers(0, ids.BUCKETS - 1)
values = st.integers(0, 2**120 - 1)


@given(buckets, values)
def test_an_id_carries_its_bucket(bucket: int, value: int) -> None:
    made = ids.compose(bucket, value)
    assert ids.is_id(made)
    assert len(made) == ids.LENGTH
    assert ids.bucket_of(made) == bucket


@given(buckets, values, values)
def test_within_a_bucket_ids_sort_as_their_values(bucket: int, one: int, other: int) -> None:
    first, second = ids.compose(bucket, one), ids.compose(bucket, other)
    assert (first < second) == (one < other)
    assert (first == second) == (one == other)


@given(buckets, st.lists(st.integers(0, 2**48 - 1), min_size=2, max_size=5))
def test_new_ids_sort_by_the_time_they_were_made(bucket: int, millis: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        made = []
        for instant in sorted(set(millis)):
            patch.setattr(ids.time, "time_ns", lambda at=instant: at * 1_000_000)
            made.append(ids.new_id(bucket))
    assert made == sorted(made)


def test_new_ids_differ_and_spread_over_the_buckets() -> None:
    made = [ids.new_id() for _ in range(20_000)]
    assert len(set(made)) == len(made)
    assert len({ids.bucket_of(identifier) for identifier in made}) == ids.BUCKETS


@given(buckets, st.lists(st.text(), min_size=1))
def test_a_derived_id_is_always_the_same(bucket: int, key: list[str]) -> None:
    made = ids.derived_id(bucket, *key)
    assert made == ids.derived_id(bucket, *key)
    assert ids.is_id(made)
    assert ids.bucket_of(made) == bucket


def test_derived_ids_tell_keys_apart() -> None:
    keys = [("a",), ("b",), ("a", "b"), ("ab",), ("b", "a"), ("a", "b", "")]
    assert len({ids.derived_id(7, *key) for key in keys}) == len(keys)


@given(st.text())
def test_any_text_has_a_bucket_that_stays(text: str) -> None:
    assert 0 <= ids.bucket_of(text) < ids.BUCKETS
    assert ids.bucket_of(text) == ids.bucket_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0" * 25,
        "0" * 27,
        "0" * 25 + "i",
        "0" * 25 + "l",
        "0" * 25 + "o",
        "0" * 25 + "u",
        "0" * 25 + "A",
        "0" * 25 + "é",
        "0" * 25 + "٣",
        "0" * 26 + "\n",
        " " + "0" * 25,
    ],
)
def test_other_text_is_no_id(text: str) -> None:
    assert not ids.is_id(text)
