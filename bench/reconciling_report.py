"""What `reconcile` found, as text and as plain data."""

from collections.abc import Iterator
from typing import Any

from bench import report
from bench.reconciling import BY_HAND, COMPARE, OURS, STAGE, WHOLE, Result
from bench.sample import rates, ratios


def text(result: Result) -> str:
    """Return the rates, and the ratio of each part to what is written by hand."""
    return "\n".join(_sections(result))


def data(result: Result) -> dict[str, Any]:
    """Return every sample, for a program to read."""
    return {
        "customers": result.plan.customers,
        "records": result.records,
        "altered": result.altered,
        "left_out": result.left_out,
        "postgresql": result.postgresql,
        "samples": {": ".join(key): found for key, found in result.samples.items()},
        **{
            f"ratio_{part}": ratios(result.samples[OURS, part], result.samples[BY_HAND, part])
            for part in (STAGE, COMPARE, WHOLE)
        },
    }


def _sections(result: Result) -> Iterator[str]:
    yield report.section(
        f"reconcile: {result.records:,} records of {result.plan.customers:,} customers, "
        f"{result.altered:,} altered, {result.left_out:,} left out, {result.plan.rounds} rounds, "
        f"PostgreSQL {result.postgresql}"
    )
    yield "records a second, median (lowest to highest); ratio of our rate to that by hand\n"
    rows = [
        (
            part,
            report.rate(rates(result.samples[OURS, part])),
            report.rate(rates(result.samples[BY_HAND, part])),
            report.ratio(ratios(result.samples[OURS, part], result.samples[BY_HAND, part])),
        )
        for part in (STAGE, COMPARE, WHOLE)
    ]
    yield report.table(("", OURS, BY_HAND, "ratio"), rows)
