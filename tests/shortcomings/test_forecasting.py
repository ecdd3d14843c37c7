"""Forecasts: robust, honest about the past, silent while they know too little, and scored."""

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid, NotFound
from customer_inventory.kit.settings import Settings
from customer_inventory.shortcomings.check import Outcome
from customer_inventory.shortcomings.forecasting import forecast, load
from customer_inventory.shortcomings.forecasting.trend import (
    reaches,
    theil_sen,
    trend_of,
    weekly_delta,
)
from customer_inventory.store.database import Database
from tests.facilities.backup.conftest import BY

GIGABYTE = 1e9


def steady(day: int) -> float:
    return 100.0 + 2 * day


def loaded(day: int) -> float:
    """A bulk load on the fiftieth day: it was once, and is no trend."""
    return steady(day) + (5_000 if day >= 50 else 0)


def purged(day: int) -> float:
    return steady(day) - (80 if day >= 40 else 0)


@pytest.mark.parametrize("shape", [steady, loaded, purged])
def test_one_load_or_purge_bends_no_trend(shape: Callable[[int], float]) -> None:
    series = {day: shape(day) for day in range(100)}
    assert theil_sen(series, 99) == pytest.approx(2, rel=0.1)
    assert weekly_delta(series, 99) == pytest.approx(2, rel=0.1)
    found = trend_of(series)
    assert found is not None
    assert found.per_day == pytest.approx(2, rel=0.1)
    assert found.confidence == "fair"


def test_nothing_is_said_of_less_than_a_fortnight_and_little_of_less_than_a_quarter() -> None:
    assert trend_of({}) is None
    assert trend_of({day: steady(day) for day in range(14)}) is None
    young = trend_of({day: steady(day) for day in range(15)})
    assert young is not None
    assert (young.confidence, young.days) == ("low", 14)


def test_the_band_is_what_it_was_wrong_by() -> None:
    """Growth of every seventh week is another: a band that did not show it would be a lie."""
    draw, series, value = random.Random(7), {}, 1000.0
    for day in range(180):
        value += 30 if (day // 7) % 7 == 0 else draw.uniform(0, 4)
        series[day] = value
    found = trend_of({day: value for day, value in series.items() if day < 120})
    assert found is not None
    assert found.origins > 5
    assert found.lead >= 30
    expected, low, high = found.at(119 + found.lead)
    assert low < expected < high
    assert low <= series[119 + found.lead] <= high
    # Of a line nobody was ever wrong.
    line = trend_of({day: steady(day) for day in range(100)})
    assert line is not None
    assert line.at(200) == (steady(200),) * 3


@given(st.lists(st.floats(0, 1e12), min_size=15, max_size=60), st.integers(1, 90))
def test_the_band_holds_what_is_expected(values: list[float], ahead: int) -> None:
    found = trend_of(dict(enumerate(values)))
    assert found is not None
    expected, low, high = found.at(found.day + ahead)
    assert low <= expected <= high


def test_a_limit_is_reached_by_the_trend_or_by_a_known_load() -> None:
    found = trend_of({day: steady(day) for day in range(100)})
    assert found is not None
    assert reaches(found, steady(129), 90, {}) == 30
    assert reaches(found, steady(400), 90, {}) is None
    assert reaches(found, steady(400), 90, {found.day + 12: 1e6}) == 12


def outcomes(told: list[Outcome]) -> dict[str, Outcome]:
    return {each.check.id: each for each in told}


async def planted(database: Database, days: int, at: datetime) -> None:
    """Plant snapshots of a disk that fills in 20 days, and of sequences that end in 40 or never."""
    for back in range(days):
        day = at - timedelta(days=back)
        lines = (
            ("house", "disk", {"used": (1000 - 20 - back) * GIGABYTE, "most": 1000 * GIGABYTE}),
            ("sequence", "a.narrow", {"given": 32767 - 4000 - 100 * back, "most": 32767}),
            ("sequence", "a.wide", {"given": 10**6 - 1000 * back, "most": 2**63 - 1}),
        )
        for kind, name, figures in lines:
            await database.execute(
                "INSERT INTO shortcomings.snapshot VALUES ($1, $2, $3, $4::json)",
                day, kind, name, json.dumps(figures).encode(),
            )  # fmt: skip


async def test_what_runs_out_before_the_horizon_is_found(
    database: Database, tmp_path: Path
) -> None:
    settings, at = Settings(home=tmp_path, capacity_days=60), now()
    told = outcomes(await forecast.of_forecasts(database, settings, at))
    assert {each.reason for each in told.values()} == {"our snapshots are of 0 days, 14 are needed"}
    await database.execute("DELETE FROM shortcomings.snapshot")
    await planted(database, 40, at)
    told = outcomes(await forecast.of_forecasts(database, settings, at))
    [disk], [sequence] = told["CAP01"].found, told["CAP09"].found
    assert (disk.object, disk.value, disk.figures["days left"]) == ("disk", 66.7, 20)
    assert (sequence.object, sequence.figures["days left"]) == ("sequence a.narrow", 40)
    assert disk.figures["confidence"] == "low"
    assert disk.evidence == "measured over a week"
    near = Settings(home=tmp_path, capacity_days=15)
    assert {each.state for each in await forecast.of_forecasts(database, near, at)} == {"ok"}
    # What planners know of comes earlier than the trend.
    day = (at + timedelta(days=5)).date()
    await load.enter(
        database, day, 100 * GIGABYTE, object="database", said="the south", actor=BY
    )  # fmt: skip
    told = outcomes(await forecast.of_forecasts(database, near, at))
    assert told["CAP01"].found[0].figures["days left"] == 5
    elsewhere = Settings(home=tmp_path, database_url="postgresql:///x")
    told = outcomes(await forecast.of_forecasts(database, elsewhere, at))
    assert (told["CAP01"].state, told["CAP09"].state) == ("skipped", "finding")


async def test_forecasts_are_compared_with_what_came(database: Database, tmp_path: Path) -> None:
    settings, at = Settings(home=tmp_path), datetime(2026, 3, 31, 4, tzinfo=UTC)
    await planted(database, 40, at)
    await forecast.of_forecasts(database, settings, at)
    assert list(await forecast.score(database)) == []
    later = at + timedelta(days=7)
    await database.execute(
        "INSERT INTO shortcomings.snapshot VALUES ($1, 'sequence', 'a.narrow', $2::json)",
        later, b'{"given": 29467, "most": 32767}',
    )  # fmt: skip
    await forecast.of_forecasts(database, settings, later)
    scored = [dict(row) for row in await forecast.score(database)]
    [line] = [each for each in scored if each["object"] == "sequence a.narrow"]
    assert (line["days"], line["forecasts"], line["error"], line["within"]) == (7, 1, 0.0, 100)


async def test_loads_are_entered_listed_and_cancelled(database: Database) -> None:
    day = now().date() + timedelta(days=30)
    number = await load.enter(database, day, 5.0, object="disk", said="more", actor=BY)
    assert [row["number"] for row in await load.planned(database)] == [number]
    for due, amount, said in ((day - timedelta(days=40), 1.0, "x"), (day, 0.0, "x"), (day, 1, " ")):
        with pytest.raises(Invalid):
            await load.enter(database, due, amount, object="disk", said=said, actor=BY)
    with pytest.raises(Invalid, match="what a customer takes"):
        await load.bytes_of_customers(database, 1000)
    with pytest.raises(Invalid):
        await load.cancel(database, number, reason="", actor=BY)
    await load.cancel(database, number, reason="put off", actor=BY)
    with pytest.raises(NotFound):
        await load.cancel(database, number, reason="put off", actor=BY)
    assert await load.planned(database) == []
