"""Forecasts of everything that may run out: made, judged, kept, and compared with what came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from customer_inventory.kit.clock import now
from customer_inventory.kit.settings import Settings
from customer_inventory.shortcomings.assessing import judged, skipped
from customer_inventory.shortcomings.check import Check, Outcome
from customer_inventory.shortcomings.disk import ELSEWHERE
from customer_inventory.shortcomings.forecasting import load, series
from customer_inventory.shortcomings.forecasting.trend import (
    LEAST_DAYS,
    Trend,
    reaches,
    trend_of,
)
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_DISK = Check(
    "CAP01", "The disk fills before the horizon", "", "% of the horizon is missing", 0, 67,
    evidence="measured over a week",
    risk="The database takes no writes any more when it is full.",
    remedy="Order room in time, or retire what is past its time (cinv subject retention).",
)  # fmt: skip
_SEQUENCE = Check(
    "CAP09", "A sequence runs out before the horizon", "", "% of the horizon is missing", 0, 67,
    evidence="measured over a week",
    risk="No row can be added once it is used up.",
    remedy="Widen the column to bigint while there is time.",
)  # fmt: skip
CHECKS = (_DISK, _SEQUENCE)

_LEADS = (7, 30, 90)
"""How far ahead forecasts are kept for the score, in days."""
_KEPT = timedelta(days=800)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is to come of an object: `trend` is None while its series is too short.

    `steps` are known loads by day, `past` is what was (days are ordinals). `days_left` is None when
    no limit is reached within `horizon`.
    """

    object: str
    unit: str
    last: float
    days: int
    horizon: int
    trend: Trend | None
    limit: float | None = None
    steps: Mapping[int, float] = field(default_factory=dict)
    past: Mapping[int, float] = field(default_factory=dict)

    def at(self, ahead: int) -> tuple[float, float, float]:
        """Return what is expected so many days ahead, and the ends of the band; needs a trend."""
        assert self.trend is not None  # noqa: S101 - its caller asks first
        day = self.trend.day + ahead
        more = sum(amount for due, amount in self.steps.items() if due <= day)
        expected, low, high = (max(0.0, each + more) for each in self.trend.at(day))
        return expected, low, high

    @property
    def days_left(self) -> int | None:
        """In how many days the limit is reached, None if there is none within the horizon."""
        if self.trend is None or self.limit is None:
            return None
        return reaches(self.trend, self.limit, self.horizon, self.steps)


async def forecasts(
    database: Database, settings: Settings, at: datetime | None = None
) -> list[Forecast]:
    """Return what is to come of everything that may run out, and of what fills the disk."""
    at = at or now()
    known = await load.steps(database, at.date())
    return [
        Forecast(
            each.object,
            each.unit,
            each.values[max(each.values)],
            max(each.values) - min(each.values),
            settings.capacity_days,
            trend_of(each.values),
            each.limit,
            known.get(each.object, {}),
            each.values,
        )
        for each in await series.kept(database, at)
    ]


async def of_forecasts(
    database: Database, settings: Settings, at: datetime | None = None
) -> list[Outcome]:
    """Keep the disk as it is and what is forecast now; return what came of the checks of both."""
    at = at or now()
    await series.keep_disk(database, settings, at)
    every = await forecasts(database, settings, at)
    await _keep(database, every, at.date())
    disk = [each for each in every if each.object == series.DISK]
    first = skipped(_DISK, ELSEWHERE) if settings.database_url else _judged(_DISK, disk)
    return [first, _judged(_SEQUENCE, [each for each in every if each.unit == series.NUMBERS])]


async def score(database: Database) -> Sequence[Row]:
    """Return how forecasts compare with what came: rows of object, days ahead, error in percent."""
    return await database.fetch(SQL.score)


def _judged(check: Check, every: Sequence[Forecast]) -> Outcome:
    known = [each for each in every if each.trend is not None]
    if not known:
        days = max((each.days for each in every), default=0)
        return skipped(check, f"our snapshots are of {days} days, {LEAST_DAYS} are needed")
    rows = []
    for each in known:
        left = each.days_left
        if left is not None:
            value = round(100 * (1 - left / each.horizon), 1)
            rows.append({"object": each.object, "value": value, "figures": _figures(each, left)})
    return judged(check, rows)


def _figures(forecast: Forecast, left: int) -> dict[str, object]:
    assert forecast.trend is not None  # noqa: S101 - its caller asks first
    expected, low, high = forecast.at(forecast.horizon)
    return {
        "days left": left,
        "now": forecast.last,
        "limit": forecast.limit,
        "a week": round(7 * forecast.trend.per_day),
        "in days": forecast.horizon,
        "expected": round(expected),
        "from": round(low),
        "to": round(high),
        "method": forecast.trend.method,
        "confidence": forecast.trend.confidence,
        "tested at days of the past": forecast.trend.origins,
        "known loads": round(sum(forecast.steps.values())),
    }


async def _keep(database: Database, every: Sequence[Forecast], today: date) -> None:
    """Keep what is expected on days to come, and tell earlier forecasts what came."""
    lines = [
        (each.object, today + timedelta(days=ahead), each.last, *each.at(ahead))
        for each in every
        if each.trend is not None
        for ahead in _LEADS
    ]
    came = [(each.object, today, each.last) for each in every]
    async with database.transaction() as connection:
        if came:
            await connection.execute(SQL.tell_actual, *map(list, zip(*came, strict=True)))
        if lines:
            await connection.execute(
                SQL.keep_forecasts, today, *map(list, zip(*lines, strict=True))
            )
        await connection.execute(SQL.forget, today - _KEPT)
