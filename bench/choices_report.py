"""What `choices` found, as text and as plain data."""

from collections.abc import Iterator
from typing import Any

from bench import report
from bench.choices import NOTHING, SIGHTS, Result
from bench.sample import Spread, ratios


def text(result: Result) -> str:
    """Return how long each purpose takes, against one that asks for nothing."""
    return "\n".join(_sections(result))


def data(result: Result) -> dict[str, Any]:
    """Return every sample, for a program to read."""
    return {
        "customers": result.plan.customers,
        "postgresql": result.postgresql,
        "samples": {": ".join(key): found for key, found in result.samples.items()},
        "settled_seconds": result.settled,
        "bytes_of_choices": result.bytes_of_choices,
    }


def _sections(result: Result) -> Iterator[str]:
    yield report.section(
        f"choices: {result.plan.customers:,} subjects, {result.plan.rounds} rounds, "
        f"PostgreSQL {result.postgresql}"
    )
    yield "milliseconds, median (lowest to highest) of the rounds; ratio to asking nothing\n"
    names = dict.fromkeys(what for what, _ in result.samples)
    rows = [(what, *(_cell(result, what, purpose) for purpose in SIGHTS)) for what in names]
    yield report.table(("", *SIGHTS), rows)
    yield (
        f"settled, all of them once more: {1e6 * result.settled:,.0f} µs a subject; "
        f"kept in {result.bytes_of_choices / 1e6:,.0f} MB\n"
    )


def _cell(result: Result, what: str, purpose: str) -> str:
    found = result.samples[what, purpose]
    spread = Spread.of(1e3 * sample.seconds for sample in found)
    took = f"{spread.median:,.1f} ({spread.low:,.1f} to {spread.high:,.1f})"
    if purpose == NOTHING:
        return took
    return f"{took}, x {ratios(result.samples[what, NOTHING], found).median:.2f}"
