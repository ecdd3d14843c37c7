"""A robust trend of daily figures, and how wrong it was when it was asked of the past.

Two slopes are tried: the median of all slopes between two days of the last sixty (Theil and Sen),
and the median of what a week added. Bulk loads and purges bend neither. Which of them is taken, and
how far the truth may lie from it, is told by the series itself: both are asked at days gone by for
days gone by, and what they were wrong by is the band. Nothing is assumed of how errors are spread;
what no day of the past showed (the next onboarding) no band can hold.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

Confidence = Literal["low", "fair"]
Series = Mapping[int, float]
"""A value by day, days counted from any one: one a day at most, days may be missing."""

LEAST_DAYS = 14
"""Under so many days nothing is said."""
FAIR_DAYS = 90
"""Under so many days confidence is low."""
_LOOKED_BACK = 60
_WEEK = 7
_SHARE = 0.1
"""Of errors, the tenth at either end lie outside the band."""


@dataclass(frozen=True, slots=True)
class Trend:
    """What a series comes to: `per_day` by `method`, from the value `last` on the day `day`.

    `errors` are what the slope was wrong by a day of lead, lowest and highest tenth left out,
    measured from `origins` days of the past up to `lead` days ahead.
    """

    day: int
    last: float
    per_day: float
    method: str
    days: int
    errors: tuple[float, float]
    origins: int
    lead: int

    @property
    def confidence(self) -> Confidence:
        """How much a forecast from so many days is worth."""
        return "fair" if self.days >= FAIR_DAYS else "low"

    def at(self, day: int) -> tuple[float, float, float]:
        """Return what is expected on a day, and the lower and upper end of the band."""
        ahead = day - self.day
        expected = self.last + self.per_day * ahead
        low, high = (expected + error * ahead for error in self.errors)
        return expected, min(low, expected), max(high, expected)


def trend_of(series: Series) -> Trend | None:
    """Return the trend of a series, None while it is of less than LEAST_DAYS."""
    if not series:
        return None
    first, last = min(series), max(series)
    if last - first < LEAST_DAYS:
        return None
    tested = {name: _tested(series, slope) for name, slope in SLOPES.items()}
    method = min(SLOPES, key=lambda name: (_median_error(tested[name]), name))
    per_day = SLOPES[method](series, last)
    errors = sorted(error for _, error in tested[method])
    outside = int(len(errors) * _SHARE)
    band = (errors[outside], errors[-1 - outside]) if errors else (0.0, 0.0)
    lead = max((ahead for ahead, _ in tested[method]), default=0)
    origins = len(tested[method])
    return Trend(
        last, series[last], per_day or 0.0, method, last - first, band, origins, lead
    )  # fmt: skip


def theil_sen(series: Series, until: int) -> float | None:
    """Return the median slope between two days of the last sixty up to `until`, a day."""
    days = [day for day in sorted(series) if until - _LOOKED_BACK <= day <= until]
    slopes = [
        (series[b] - series[a]) / (b - a) for place, a in enumerate(days) for b in days[place + 1 :]
    ]
    return median(slopes) if slopes else None


def weekly_delta(series: Series, until: int) -> float | None:
    """Return a seventh of the median of what a week added, of all weeks up to `until`."""
    deltas = [
        series[day] - series[day - _WEEK]
        for day in series
        if day <= until and day - _WEEK in series
    ]
    return median(deltas) / _WEEK if deltas else None


SLOPES: Mapping[str, Callable[[Series, int], float | None]] = {
    "median of the week": weekly_delta,
    "Theil-Sen of 60 days": theil_sen,
}


def _tested(
    series: Series, slope: Callable[[Series, int], float | None]
) -> Sequence[tuple[int, float]]:
    """Return by how much a day of lead `slope` was wrong, asked at days of the past; and the lead.

    Asked once a week, when half of LEAST_DAYS were there; for as far ahead as there is a day, half
    of the series at most.
    """
    days = sorted(series)
    first, last = days[0], days[-1]
    most = max((last - first) // 2, 1)
    found = []
    for origin in days:
        if origin - first < _WEEK or (last - origin) % _WEEK or origin == last:
            continue
        per_day = slope(series, origin)
        later = [day for day in days if origin < day <= origin + most]
        if per_day is not None and later:
            ahead = later[-1] - origin
            actual = (series[later[-1]] - series[origin]) / ahead
            found.append((ahead, actual - per_day))
    return found


def _median_error(tested: Sequence[tuple[int, float]]) -> float:
    return median(abs(error) for _, error in tested) if tested else float("inf")


def reaches(trend: Trend, limit: float, horizon: int, steps: Mapping[int, float]) -> int | None:
    """Return in how many days a limit is reached, None if not within `horizon`.

    `steps` is what comes on top of the trend from a day on.
    """
    for ahead in range(horizon + 1):
        day = trend.day + ahead
        expected = trend.at(day)[0] + sum(amount for due, amount in steps.items() if due <= day)
        if expected >= limit:
            return ahead
    return None
