"""What `capture` found, as text and as plain data."""

from collections.abc import Iterator
from typing import Any

from bench import report
from bench.capturing import AGAIN, COPY, GENERATE, IMPORT, Result
from bench.sample import Spread, cpu_shares, rates, ratios

_AIM_COPY = 1 / 3
_AIM_AGAIN = 5.0
_AIM_GENERATE = 1.0
_MOST_MEMORY = 1.2


def text(result: Result) -> str:
    """Return the rates, the ratios, and where the time goes."""
    return "\n".join(_sections(result))


def data(result: Result) -> dict[str, Any]:
    """Return every sample, for a program to read."""
    return {
        "customers": result.plan.customers,
        "records": result.records,
        "bytes": result.bytes,
        "postgresql": result.postgresql,
        "samples": result.samples,
        "memory": {str(customers): most for customers, most in result.memory.items()},
        **{name: ratio for name, (_, ratio) in _ratios(result).items()},
    }


def _ratios(result: Result) -> dict[str, tuple[str, Spread]]:
    samples = result.samples
    return {
        "ratio_copy": ("import against a bare COPY", ratios(samples[IMPORT], samples[COPY])),
        "ratio_again": ("import again against the first", ratios(samples[AGAIN], samples[IMPORT])),
        "ratio_generate": (
            "generator against the import",
            ratios(samples[GENERATE], samples[IMPORT]),
        ),
        "ratio_memory": ("memory of the import against that of a smaller one", _memory(result)),
    }


def _memory(result: Result) -> Spread:
    small, large = (result.memory[customers] for customers in sorted(result.memory))
    return Spread.of(most / (max(small) or 1) for most in large)


def _sections(result: Result) -> Iterator[str]:
    yield report.section(
        f"capture: {result.records:,} records ({result.bytes / 2**20:,.0f} MiB) of "
        f"{result.plan.customers:,} generated customers, {result.plan.rounds} rounds, "
        f"PostgreSQL {result.postgresql}"
    )
    yield "median (lowest to highest) of the rounds\n"
    yield report.table(
        ("", "records a second", "seconds", "CPU microseconds a record"),
        [_row(result, name) for name in (GENERATE, IMPORT, AGAIN, COPY)],
    )
    peaks = (
        f"{max(most) / 2**20:,.0f} MiB at {customers:,} customers"
        for customers, most in sorted(result.memory.items())
    )
    yield f"most memory of the import, workers included: {', '.join(peaks)}"
    yield report.section("aims of capture")
    found = _ratios(result)
    yield report.verdict(*found["ratio_copy"], _AIM_COPY)
    yield report.verdict(*found["ratio_again"], _AIM_AGAIN)
    yield report.verdict(*found["ratio_generate"], _AIM_GENERATE)
    yield report.bound(*found["ratio_memory"], _MOST_MEMORY)


def _row(result: Result, name: str) -> report.Row:
    samples = result.samples[name]
    parts = ", ".join(f"{who} {value:.1f}" for who, value in cpu_shares(samples).items())
    seconds = f"{Spread.of(sample.seconds for sample in samples).median:,.0f}"
    return (name, report.rate(rates(samples)), seconds, parts or "not measured: no /proc")
