"""What `hierarchy` found, as text and as plain data."""

from collections.abc import Iterator
from typing import Any

from bench import report
from bench.hierarchy import BY_KEY, ROLL_UP, Result
from bench.sample import Spread, ratios

_AIM_BY_KEY = 1 / 3


def text(result: Result) -> str:
    """Return how long each takes, and the roll-up against the same rows by key."""
    return "\n".join(_sections(result))


def data(result: Result) -> dict[str, Any]:
    """Return every sample, for a program to read."""
    return {
        "nodes": result.plan.nodes,
        "records": result.records,
        "postgresql": result.postgresql,
        "samples": result.samples,
        "ratio_by_key": ratios(result.samples[ROLL_UP], result.samples[BY_KEY]),
    }


def _sections(result: Result) -> Iterator[str]:
    yield report.section(
        f"hierarchy: {result.records:,} records on a tree of {result.plan.nodes:,}, "
        f"{result.plan.rounds} rounds, PostgreSQL {result.postgresql}"
    )
    yield "milliseconds, median (lowest to highest) of the rounds\n"
    rows = [(name, _millis(result, name)) for name in result.samples]
    yield report.table(("", "milliseconds"), rows)
    yield report.section("aim of the roll-up")
    against = ratios(result.samples[ROLL_UP], result.samples[BY_KEY])
    yield report.verdict("roll-up against the same rows by key", against, _AIM_BY_KEY)


def _millis(result: Result, name: str) -> str:
    spread = Spread.of(1e3 * sample.seconds for sample in result.samples[name])
    return f"{spread.median:,.1f} ({spread.low:,.1f} to {spread.high:,.1f})"
