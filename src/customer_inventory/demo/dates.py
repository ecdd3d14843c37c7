"""Instants relative to one fixed reference, so that no output depends on the clock.

A *day* is a number of days after the reference: 0 is the reference, -365 a year before.
"""

from datetime import date, timedelta
from functools import cache

REFERENCE = date(2026, 1, 1)
YEAR = 365
MONTH = 30
MINUTES = 24 * 60

# The seconds are made of the minute: a time that ends in :00 throughout looks invented.
_CLOCK = tuple(f"T{m // 60:02d}:{m % 60:02d}:{m * 37 % 60:02d}Z" for m in range(MINUTES))


@cache
def _date(day: int) -> str:
    return (REFERENCE + timedelta(days=day)).isoformat()


def instant(day: int, minute: int = 0) -> str:
    """Return the RFC 3339 instant of `day`, `minute` minutes after midnight UTC (below MINUTES)."""
    return _date(day) + _CLOCK[minute]


def period(start: int, end: int | None = None) -> dict[str, str]:
    """Return the time period from day `start`, open when `end` is None."""
    if end is None:
        return {"startDateTime": instant(start)}
    return {"startDateTime": instant(start), "endDateTime": instant(end)}
