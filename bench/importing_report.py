"""What `import` found, as text and as plain data."""

from collections.abc import Iterator
from typing import Any

from bench import report
from bench.importing import COPY, GENERATE, IMPORT, Result
from bench.sample import cpu_shares, rates, ratios

_AIM_COPY = 0.5
_AIM_GENERATE = 1.0


def text(result: Result) -> str:
    """Return the rates, the ratios, and where the time goes."""
    return "\n".join(_sections(result))


def data(result: Result) -> dict[str, Any]:
    """Return every sample, for a program to read."""
    return {
        "customers": result.plan.customers,
        "records": result.records,
        "postgresql": result.postgresql,
        "samples": result.samples,
        "ratio_copy": ratios(result.samples[IMPORT], result.samples[COPY]),
        "ratio_generate": ratios(result.samples[GENERATE], result.samples[IMPORT]),
    }


def _sections(result: Result) -> Iterator[str]:
    yield report.section(
        f"import: {result.records:,} records of {result.plan.customers:,} generated customers, "
        f"{result.plan.rounds} rounds, PostgreSQL {result.postgresql}"
    )
    yield "median (lowest to highest) of the rounds\n"
    yield report.table(
        ("", "records a second", "CPU microseconds a record"),
        [_row(result, name) for name in (GENERATE, IMPORT, COPY)],
    )
    yield report.section("aims of the import")
    against_copy = ratios(result.samples[IMPORT], result.samples[COPY])
    against_import = ratios(result.samples[GENERATE], result.samples[IMPORT])
    yield report.verdict("import against a bare COPY", against_copy, _AIM_COPY)
    yield report.verdict("generator against the import", against_import, _AIM_GENERATE)


def _row(result: Result, name: str) -> report.Row:
    samples = result.samples[name]
    spent = cpu_shares(samples)
    parts = ", ".join(f"{who} {value:.1f}" for who, value in spent.items())
    return (name, report.rate(rates(samples)), parts or "not measured: no /proc")
