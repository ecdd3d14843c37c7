"""What is known of a process: what it did, by hour and by day, and what it had to do with.

Hours and days are counted from 1970-01-01 in UTC: whole numbers, of which it is easy to say what
lies a week before.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

HOURS_A_DAY = 24
HOURS_A_WEEK = 168
_WEEKDAY_OF_FIRST = 3
"""1970-01-01 was a Thursday."""
_SATURDAY = 5
_ENOUGH = 12
"""So many hours of the same hour of the week are a habit; fewer, and its days are asked."""

Counts = dict[int, int]
Keys = dict[int, dict[str, int]]


@dataclass(slots=True)
class Past:
    """What a process did.

    `hours` and `days` are counts by measure and time (what is not there is 0), `keys` what it had
    to do with, by dimension, day and word, with how often; `active` the days of each purpose, in
    order. `misuse` are spans of hours, half open, that people confirmed to be none of its habit.
    """

    process: str
    hours: dict[str, Counts] = field(default_factory=dict)
    days: dict[str, Counts] = field(default_factory=dict)
    keys: dict[str, Keys] = field(default_factory=dict)
    active: dict[str, list[int]] = field(default_factory=dict)
    misuse: list[tuple[int, int]] = field(default_factory=list)

    @property
    def first_day(self) -> int | None:
        """The first day on which it did anything, as far back as is looked; None for none."""
        return min((days[0] for days in self.active.values() if days), default=None)

    def known_from(self, day: int, weeks: int, least_days: int) -> int | None:
        """Return the first day of its habit before `day`; None while it is not known for long."""
        first = self.first_day
        if first is None or day - first < least_days:
            return None
        return max(first, day - 7 * weeks)

    def is_habit(self, hour: int) -> bool:
        """Tell whether an hour counts for its habit."""
        return not any(start <= hour < stop for start, stop in self.misuse)

    def alike_hours(self, hour: int, since: int) -> list[int]:
        """Return hours like `hour` from day `since` on: its hour of the week, one up or down.

        Where these are few it is that hour of all weekdays, or of all days of weekends.
        """
        found = [
            near
            for week in range(1, (hour - since * HOURS_A_DAY) // HOURS_A_WEEK + 2)
            for near in _around(hour - week * HOURS_A_WEEK)
            if near >= since * HOURS_A_DAY and self.is_habit(near)
        ]
        return found if len(found) >= _ENOUGH else self.same_hours(hour, since)

    def same_hours(self, hour: int, since: int) -> list[int]:
        """Return that hour, one up or down, of the days like its own from day `since` on."""
        return [
            near
            for day in days_alike(hour // HOURS_A_DAY, since)
            for near in _around(day * HOURS_A_DAY + hour % HOURS_A_DAY)
            if since * HOURS_A_DAY <= near < hour and self.is_habit(near)
        ]

    def clock_hours(self, hour: int, since: int) -> list[int]:
        """Return that hour of the day, one up or down, of every day from `since` on."""
        return [
            near
            for at in range(hour - HOURS_A_DAY, since * HOURS_A_DAY - 1, -HOURS_A_DAY)
            for near in _around(at)
            if self.is_habit(near)
        ]

    def usual_days(self, day: int, since: int) -> list[int]:
        """Return every day of the habit from `since` to before `day`."""
        return [near for near in range(since, day) if self._is_habitual_day(near)]

    def alike_days(self, day: int, since: int) -> list[int]:
        """Return the days like `day` from `since` on: weekdays, or days of weekends."""
        return [near for near in days_alike(day, since) if self._is_habitual_day(near)]

    def known(self, dimension: str, day: int, since: int) -> dict[str, int]:
        """Return on how many days from `since` to before `day` it had to do with what."""
        found: dict[str, int] = {}
        for when, words in self.keys.get(dimension, {}).items():
            if since <= when < day and self._is_habitual_day(when):
                for word in words:
                    found[word] = found.get(word, 0) + 1
        return found

    def worked(self, days: Collection[int]) -> Mapping[int, int]:
        """Return on how many of these days it worked at which hour of the day."""
        found: Counts = {}
        for hour in self.hours.get("requests", {}):
            if hour // HOURS_A_DAY in days and self.is_habit(hour):
                at = hour % HOURS_A_DAY
                found[at] = found.get(at, 0) + 1
        return found

    def _is_habitual_day(self, day: int) -> bool:
        start, stop = day * HOURS_A_DAY, (day + 1) * HOURS_A_DAY
        return not any(first < stop and start < last for first, last in self.misuse)


def days_alike(day: int, since: int) -> Iterator[int]:
    """Yield the days from `since` to before `day` that are weekdays if it is one, or else not."""
    is_weekend = _is_weekend(day)
    return (near for near in range(since, day) if _is_weekend(near) == is_weekend)


def hour_of(instant: datetime) -> int:
    """Return the number of the hour in which an instant lies."""
    return int(instant.timestamp()) // 3600


def at_hour(number: int) -> datetime:
    """Return when an hour begins."""
    return datetime.fromtimestamp(number * 3600, UTC)


def _is_weekend(day: int) -> bool:
    return (day + _WEEKDAY_OF_FIRST) % 7 >= _SATURDAY


def _around(hour: int) -> tuple[int, int, int]:
    return hour - 1, hour, hour + 1
