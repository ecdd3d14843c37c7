"""What `usage` found, as text and as plain data."""

from collections.abc import Iterator
from typing import Any

from bench import report
from bench.sample import Spread, ratios
from bench.using import BY_HAND, KEPT, MADE, OURS, POINT, Result
from customer_inventory.monthly.kind import NAMES

MINUTE, TIMES = 60.0, 20.0
"""What is aimed at: a month within a minute, a report within so many reads of a record."""


def text(result: Result) -> str:
    """Return what an allocation takes beside one by hand, and a report beside a read."""
    return "\n".join(_sections(result))


def data(result: Result) -> dict[str, Any]:
    """Return every sample, for a program to read."""
    return {
        "processes": result.plan.processes,
        "sums": result.sums,
        "events": result.events,
        "postgresql": result.postgresql,
        "samples": {": ".join(key): found for key, found in result.samples.items()},
        "ratio": _times(result, (OURS,), (BY_HAND,)),
        "reports": {name: _times(result, (KEPT, name), (POINT, name)) for name in NAMES},
    }


def _times(result: Result, ours: tuple[str, ...], theirs: tuple[str, ...]) -> Spread:
    """Return how many times as long ours takes, round by round."""
    return ratios(result.samples[theirs], result.samples[ours])


def _seconds(result: Result, *key: str) -> Spread:
    return Spread.of(each.seconds / each.operations for each in result.samples[key])


def _sections(result: Result) -> Iterator[str]:
    yield report.section(
        f"usage: {result.events:,} events as {result.sums:,} sums of {result.plan.processes} "
        f"processes, {result.plan.rounds} rounds, PostgreSQL {result.postgresql}"
    )
    yield "seconds for the month, median (lowest to highest)\n"
    whole = {
        who: Spread.of(each.seconds for each in result.samples[who,]) for who in (OURS, BY_HAND)
    }
    rows = [(who, report.ratio(spread)) for who, spread in whole.items()]
    yield report.table(("", "seconds"), rows)
    yield report.bound("a month in seconds", whole[OURS], MINUTE)
    yield f"{OURS} takes {report.ratio(_times(result, (OURS,), (BY_HAND,)))} times {BY_HAND}"
    yield report.section("reports over HTTP, one caller, milliseconds")
    yield report.table(
        ("report", "made anew", "as it is kept", "a record by id", "times a record by id"),
        [
            (
                name,
                *(
                    report.ratio(_milliseconds(_seconds(result, what, name)))
                    for what in (MADE, KEPT, POINT)
                ),
                report.ratio(_times(result, (KEPT, name), (POINT, name))),
            )
            for name in NAMES
        ],
    )
    for name in NAMES:
        figure = _times(result, (KEPT, name), (POINT, name))
        yield report.bound(f"{name} in reads of a record", figure, TIMES)


def _milliseconds(spread: Spread) -> Spread:
    return Spread(spread.median * 1000, spread.low * 1000, spread.high * 1000)
