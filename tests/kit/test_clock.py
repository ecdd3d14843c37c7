"""Instants as callers write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.kit.clock import now, parse_instant


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31T12:30:00Z", datetime(2026, 1, 31, 12, 30, tzinfo=UTC)),
        ("2026-01-31t12:30:00z", datetime(2026, 1, 31, 12, 30, tzinfo=UTC)),
        ("2026-01-31T12:30:00+02:00", datetime(2026, 1, 31, 10, 30, tzinfo=UTC)),
        ("2026-01-31T12:30:00", datetime(2026, 1, 31, 12, 30, tzinfo=UTC)),
        ("2026-01-31T12:30:00.25Z", datetime(2026, 1, 31, 12, 30, 0, 250_000, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_what_names_an_instant(text: str, instant: datetime) -> None:
    parsed = parse_instant(text)
    assert parsed == instant
    assert parsed is not None
    assert parsed.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-02-30",
        "2026-01-31T25:00:00Z",
        "2016-12-31T23:59:60Z",
        "0000-01-01",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "10000-01-01",
        None,
        20260131,
        ["2026-01-31"],
    ],
)
def test_what_names_none(text: object) -> None:
    assert parse_instant(text) is None


@given(st.integers(-62_000_000_000, 253_000_000_000), st.integers(-14 * 60, 14 * 60))
def test_an_instant_comes_back_from_its_own_text(seconds: int, minutes: int) -> None:
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    there = instant.astimezone(timezone(timedelta(minutes=minutes)))
    assert parse_instant(there.isoformat()) == instant


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    parsed = parse_instant(text)
    assert parsed is None or parsed.tzinfo is UTC


def test_now_is_in_utc() -> None:
    assert now().tzinfo is UTC
