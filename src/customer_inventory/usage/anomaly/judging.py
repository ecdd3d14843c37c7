"""Whether what a process did lies within its habit: one function a kind of anomaly.

Each looks only at what was before the hour or day that it judges, so that it says the same whenever
it is asked: at once, or hour by hour while things happen.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from customer_inventory.access.registration import EMERGENCY
from customer_inventory.usage.anomaly.chance import Habit
from customer_inventory.usage.anomaly.declared import Declared, Severity, Threshold
from customer_inventory.usage.anomaly.past import HOURS_A_DAY, Past

BY_HOUR = {"readSpike": "read", "refusals": "denied", "unknownIds": "unknown"}
"""Kinds that are too much of something in an hour, and what."""
BY_DAY = {
    "downloadSpike": "downloaded",
    "changeSpike": "changed",
    "harvesting": "different",
    "subjectOften": "mostOfOne",
}
"""Kinds that are too much of something in a day, and what."""
NEW = {
    "newPurpose": "purpose",
    "newRecordType": "recordType",
    "newOperation": "operation",
    "newSegment": "segment",
    "newSource": "source",
}
"""Kinds that are something new to a process, and in which dimension."""
UNTOLD = ("", "unknown", "none")
"""Words that say that something is not known, or leads nowhere: they are nothing new."""

_DAYS_OF_HABIT = 7
_LEAST_DAYS = 4
_OFTEN = 3


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What is out of habit: in hours from `start` to before `stop`, `observed` of it.

    `about` is the purpose, segment or other word that it is about, if it is about one.
    """

    kind: str
    process: str
    about: str
    severity: Severity
    start: int
    stop: int
    observed: int
    baseline: Mapping[str, Any] = field(default_factory=dict)


Judge = Callable[[Past, int, int, str, Threshold], Iterator[Suspicion]]
"""Judges an hour or day of a process, with its habit from a day on, by the threshold of a kind."""


def judged(past: Past, hours: Collection[int], declared: Declared) -> Iterator[Suspicion]:
    """Yield what of these hours, and of their days, is out of the habit of a process."""
    for hour in sorted(hours):
        yield from _judged(past, hour, hour // HOURS_A_DAY, declared, _HOURLY)
    for day in sorted({hour // HOURS_A_DAY for hour in hours}):
        yield from _judged(past, day, day, declared, _DAILY)


def _judged(
    past: Past, at: int, day: int, declared: Declared, judges: Mapping[str, Judge]
) -> Iterator[Suspicion]:
    since = past.known_from(day, declared.weeks, declared.least_days)
    for kind, judge in judges.items():
        threshold = declared.of(kind, past.process)
        if threshold.is_off or (since is None and kind != "breakGlass"):
            continue
        yield from judge(past, at, day if since is None else since, kind, threshold)


def _hour_beyond(
    past: Past, hour: int, since: int, kind: str, bound: Threshold
) -> Iterator[Suspicion]:
    counts = past.hours.get(BY_HOUR[kind], {})
    observed = counts.get(hour, 0)
    if observed >= bound.least:
        habit = [counts.get(near, 0) for near in past.alike_hours(hour, since)]
        highest = max((counts.get(near, 0) for near in past.clock_hours(hour, since)), default=0)
        for baseline in _beyond(bound, observed, habit, highest):
            yield Suspicion(
                kind, past.process, "", bound.severity, hour, hour + 1, observed, baseline
            )


def _day_beyond(
    past: Past, day: int, since: int, kind: str, bound: Threshold
) -> Iterator[Suspicion]:
    counts = past.days.get(BY_DAY[kind], {})
    observed = counts.get(day, 0)
    if observed >= bound.least:
        habit = [counts.get(near, 0) for near in past.alike_days(day, since)]
        # What is done once a month is done on any day of the week.
        highest = max((counts.get(near, 0) for near in past.usual_days(day, since)), default=0)
        for baseline in _beyond(bound, observed, habit, highest):
            yield Suspicion(kind, past.process, "", bound.severity, *_span(day), observed, baseline)


def _beyond(
    bound: Threshold, observed: int, counts: list[int], highest: int
) -> Iterator[Mapping[str, Any]]:
    """Yield what was usual if `observed` lies beyond it; `highest` is that of any such day."""
    if len(counts) < _LEAST_DAYS:
        return
    habit = Habit.of(counts)
    chance = habit.chance(observed)
    if observed > bound.times * highest and chance <= bound.chance:
        yield {
            "windows": habit.windows,
            "median": habit.middle,
            "deviation": round(habit.deviation, 3),
            "highest": highest,
            "chance": chance,
        }


def _unusual_hour(
    past: Past, hour: int, since: int, kind: str, bound: Threshold
) -> Iterator[Suspicion]:
    requests = past.hours.get("requests", {})
    observed = requests.get(hour, 0)
    if observed < bound.least:
        return
    alike = past.same_hours(hour, since)
    days = set(past.alike_days(hour // HOURS_A_DAY, since))
    is_known = any(near in requests for near in alike)
    has_habit = len({near // HOURS_A_DAY for near in requests if near < hour}) >= _DAYS_OF_HABIT
    if is_known or not has_habit or len(days) < _LEAST_DAYS:
        return
    worked = past.worked(days)
    if _stray(worked) <= bound.most:
        baseline = {"days": len(days), "hoursWorked": sorted(worked)}
        yield Suspicion(kind, past.process, "", bound.severity, hour, hour + 1, observed, baseline)


def _stray(worked: Mapping[int, int]) -> int:
    """Return at how many hours of the day it worked only once, far from its usual ones."""
    usual = {hour for hour, days in worked.items() if days >= _OFTEN}
    near = {(hour + step) % HOURS_A_DAY for hour in usual for step in (-1, 0, 1)}
    return sum(days == 1 and hour not in near for hour, days in worked.items())


def _new(past: Past, day: int, since: int, kind: str, bound: Threshold) -> Iterator[Suspicion]:
    dimension = NEW[kind]
    known = past.known(dimension, day, since)
    is_habit = len([when for when in past.keys.get(dimension, {}) if since <= when < day])
    if is_habit < _DAYS_OF_HABIT or (bound.most and len(known) > bound.most):
        return
    for word, observed in sorted(past.keys.get(dimension, {}).get(day, {}).items()):
        is_new = word not in known and word not in UNTOLD and not word.startswith(EMERGENCY)
        if is_new and observed >= bound.least and _is_own(past, kind, word, day, since):
            baseline = {"days": day - since, "known": sorted(known)[:20]}
            yield Suspicion(
                kind, past.process, word, bound.severity, *_span(day), observed, baseline
            )


def _is_own(past: Past, kind: str, word: str, day: int, since: int) -> bool:
    """Tell whether something new is no part of what another kind tells of."""
    if kind == "newOperation":
        return word.partition(" ")[2] in past.known("recordType", day, since)
    if kind == "newPurpose":
        return not any(when < day for when in past.active.get(word, ()))
    return True


def _dormant(past: Past, day: int, _: int, kind: str, bound: Threshold) -> Iterator[Suspicion]:
    for purpose, days in sorted(past.active.items()):
        before = [when for when in days if when < day]
        observed = past.keys.get("purpose", {}).get(day, {}).get(purpose, 0)
        if not before or observed < bound.least or purpose.startswith(EMERGENCY):
            continue
        paused = day - before[-1] - 1
        longest = max((late - early - 1 for early, late in pairwise(before)), default=0)
        if paused >= bound.days and paused > bound.times * longest:
            baseline = {"daysUnused": paused, "longestPauseBefore": longest}
            yield Suspicion(
                kind, past.process, purpose, bound.severity, *_span(day), observed, baseline
            )


def _broken_glass(past: Past, day: int, _: int, kind: str, bound: Threshold) -> Iterator[Suspicion]:
    told = past.keys.get("glass", {})
    for purpose, requests in sorted(past.keys.get("purpose", {}).get(day, {}).items()):
        if not purpose.startswith(EMERGENCY) or requests < bound.least:
            continue
        records = sum(words.get(purpose, 0) for when, words in told.items() if when <= day)
        baseline = {"requests": requests, "records": records, "most": bound.most}
        found = Suspicion(
            kind, past.process, purpose, bound.severity, *_span(day), requests, baseline
        )
        yield replace(found, severity="high") if records > bound.most else found


def _span(day: int) -> tuple[int, int]:
    return day * HOURS_A_DAY, (day + 1) * HOURS_A_DAY


_HOURLY: Mapping[str, Judge] = {
    **dict.fromkeys(BY_HOUR, _hour_beyond),
    "unusualHour": _unusual_hour,
}
_DAILY: Mapping[str, Judge] = {
    **dict.fromkeys(BY_DAY, _day_beyond),
    **dict.fromkeys(NEW, _new),
    "dormantUse": _dormant,
    "breakGlass": _broken_glass,
}
KINDS = (*_HOURLY, *_DAILY)
"""Every kind of anomaly."""
