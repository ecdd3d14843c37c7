"""What is out of habit, kind by kind: what is judged, and what is let be."""

from dataclasses import replace

import pytest

from customer_inventory.usage.anomaly.declared import Declared, shipped
from customer_inventory.usage.anomaly.judging import Suspicion, judged
from customer_inventory.usage.anomaly.past import Past

MONDAY = 20_521
"""2026-03-09, in days since 1970."""
DAYS = range(MONDAY - 56, MONDAY)
EVERY = tuple(range(24))
OFFICE = tuple(range(9, 17))


def worked(
    hours: tuple[int, ...] = OFFICE, days: range | list[int] = DAYS, requests: int = 10
) -> Past:
    """A process that worked at these hours of these days, for a purpose, from one address."""
    past = Past("care")
    for day in days:
        for hour in hours:
            past.hours.setdefault("requests", {})[day * 24 + hour] = requests
            past.hours.setdefault("read", {})[day * 24 + hour] = requests
        for dimension, word in (
            ("purpose", "care"),
            ("recordType", "customer"),
            ("operation", "read customer"),
            ("source", "10.0.0.1"),
            ("segment", "consumer"),
        ):
            past.keys.setdefault(dimension, {})[day] = {word: requests}
    past.active["care"] = list(days)
    return past


def kinds(past: Past, *hours: int, declared: Declared | None = None) -> list[str]:
    return [each.kind for each in found(past, *hours, declared=declared)]


def found(past: Past, *hours: int, declared: Declared | None = None) -> list[Suspicion]:
    return list(judged(past, hours, declared or shipped()))


def at(day: int, hour: int) -> int:
    return day * 24 + hour


@pytest.mark.parametrize(
    ("hours", "day", "hour", "is_told"),
    [
        (OFFICE, MONDAY, 3, True),
        (OFFICE, MONDAY, 12, False),
        (OFFICE, MONDAY, 17, False),  # an hour later than usual
        (OFFICE, MONDAY, 8, False),
        (OFFICE, MONDAY, 19, True),
        (EVERY, MONDAY, 3, False),
        ((2,), MONDAY, 14, True),  # a nightly run
        ((2,), MONDAY, 3, False),
    ],
)
def test_an_hour_is_unusual_where_nobody_ever_worked(
    hours: tuple[int, ...], day: int, hour: int, is_told: bool
) -> None:
    past = worked(hours)
    past.hours["requests"][at(day, hour)] = 40
    assert ("unusualHour" in kinds(past, at(day, hour))) == is_told


def test_few_requests_and_irregular_hours_are_let_be() -> None:
    few = worked()
    few.hours["requests"][at(MONDAY, 3)] = 9
    assert kinds(few, at(MONDAY, 3)) == []
    irregular = worked()
    for stray, day in ((1, 11), (6, 12), (21, 13)):
        irregular.hours["requests"][at(MONDAY - day, stray)] = 4
    irregular.hours["requests"][at(MONDAY, 3)] = 40
    assert kinds(irregular, at(MONDAY, 3)) == []


def test_weekends_have_habits_of_their_own() -> None:
    weekdays = worked(days=[day for day in DAYS if (day + 3) % 7 < 5])
    saturday = MONDAY + 5
    weekdays.hours["requests"][at(saturday, 11)] = 40
    assert kinds(weekdays, at(saturday, 11)) == ["unusualHour"]
    whole = worked()
    whole.hours["requests"][at(saturday, 11)] = 40
    assert kinds(whole, at(saturday, 11)) == []


def test_a_count_must_be_beyond_all_that_was() -> None:
    past = worked(requests=100)
    hour = at(MONDAY, 12)
    past.hours["read"][hour] = 300
    assert kinds(past, hour) == []
    past.hours["read"][hour] = 301
    assert kinds(past, hour) == ["readSpike"]
    # What was once as high at that time of day, on any day, is known.
    past.hours["read"][at(MONDAY - 20, 13)] = 200
    assert kinds(past, hour) == []


def test_a_run_once_a_month_on_any_day_is_known() -> None:
    past = worked()
    past.days["downloaded"] = {MONDAY - 50: 3000, MONDAY - 22: 3100, MONDAY: 3200}
    assert kinds(past, at(MONDAY, 3)) == []
    past.days["downloaded"][MONDAY] = 10_000
    assert kinds(past, at(MONDAY, 3)) == ["downloadSpike"]


@pytest.mark.parametrize(
    ("dimension", "word", "requests", "wanted"),
    [
        ("purpose", "research", 1, ["newPurpose"]),
        ("purpose", "breakGlass-7", 1, ["breakGlass"]),
        ("recordType", "agreement", 5, ["newRecordType"]),
        ("recordType", "agreement", 4, []),
        ("recordType", "none", 50, []),
        ("operation", "delete customer", 3, ["newOperation"]),
        ("operation", "read agreement", 50, []),  # the type is new: that is told
        ("segment", "vip", 3, ["newSegment"]),
        ("segment", "unknown", 300, []),
        ("source", "203.0.113.9", 10, ["newSource"]),
        ("source", "203.0.113.9", 9, []),
        ("source", "10.0.0.1", 500, []),
    ],
)
def test_what_is_new_is_told(dimension: str, word: str, requests: int, wanted: list[str]) -> None:
    past = worked()
    past.keys[dimension][MONDAY] = {word: requests}
    assert kinds(past, at(MONDAY, 12)) == wanted


def test_a_process_of_many_addresses_may_come_from_another() -> None:
    past = worked()
    past.keys["source"] = {day: {f"10.0.0.{day % 9}": 20} for day in DAYS}
    past.keys["source"][MONDAY] = {"203.0.113.9": 50}
    assert kinds(past, at(MONDAY, 12)) == []


def test_a_pause_is_told_unless_it_paused_as_long_before() -> None:
    past = worked()
    past.keys["purpose"][MONDAY] = {"migration": 3, "care": 10}
    past.active["migration"] = [*range(MONDAY - 60, MONDAY - 40), MONDAY]
    assert kinds(past, at(MONDAY, 12)) == ["dormantUse"]
    monthly = [MONDAY - 90, MONDAY - 60, MONDAY - 30, MONDAY]
    past.active["migration"] = monthly
    assert kinds(past, at(MONDAY, 12)) == []
    past.active["migration"] = [MONDAY - 14, MONDAY]
    assert kinds(past, at(MONDAY, 12)) == []


def test_broken_glass_is_severe_when_much_was_read() -> None:
    past = Past("nobody knows it")
    past.keys = {
        "purpose": {MONDAY: {"breakGlass-7": 3}, MONDAY + 1: {"breakGlass-7": 3}},
        "glass": {MONDAY: {"breakGlass-7": 60}, MONDAY + 1: {"breakGlass-7": 60}},
    }
    told = found(past, at(MONDAY, 12), at(MONDAY + 1, 12))
    assert [(each.kind, each.severity) for each in told] == [
        ("breakGlass", "medium"),
        ("breakGlass", "high"),
    ]


def test_nothing_is_said_before_two_weeks_or_of_what_is_off() -> None:
    young = worked(days=range(MONDAY - 13, MONDAY))
    young.hours["read"][at(MONDAY, 12)] = 90_000
    assert kinds(young, at(MONDAY, 12)) == []
    past = worked()
    past.hours["read"][at(MONDAY, 12)] = 90_000
    own = {("care", "readSpike"): replace(shipped().kinds["readSpike"], is_off=True)}
    assert kinds(past, at(MONDAY, 12)) == ["readSpike"]
    assert kinds(past, at(MONDAY, 12), declared=replace(shipped(), processes=own)) == []


def test_confirmed_misuse_is_no_habit() -> None:
    past = worked()
    past.hours["read"][at(MONDAY - 7, 12)] = 90_000
    past.hours["read"][at(MONDAY, 12)] = 90_000
    assert kinds(past, at(MONDAY, 12)) == []
    past.misuse.append((at(MONDAY - 7, 12), at(MONDAY - 7, 13)))
    assert kinds(past, at(MONDAY, 12)) == ["readSpike"]
