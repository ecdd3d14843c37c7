"""What `download` found, as text and as plain data."""

from collections.abc import Iterator
from typing import Any

from bench import report
from bench.download import COPY, OURS, Exported, Result
from bench.sample import Spread, cpu_shares, rates, ratios

_MEGABYTE = 2**20


def text(result: Result) -> str:
    """Return rates, the ratio, CPU time and memory by number of rows."""
    return "\n".join(_sections(result))


def data(result: Result) -> dict[str, Any]:
    """Return every sample, for a program to read."""
    return {"postgresql": result.postgresql, "sizes": list(result.sizes)}


def _sections(result: Result) -> Iterator[str]:
    yield report.section(
        f"download: NDJSON, zstd, {result.plan.rounds} rounds, PostgreSQL {result.postgresql}"
    )
    yield "rows a second, median (lowest to highest) of the rounds\n"
    yield report.table(
        ("rows", OURS, COPY, "of COPY", "MB", "MB by COPY"), [_row(each) for each in result.sizes]
    )
    yield "\nCPU microseconds a row: command + database\n"
    yield report.table(("rows", OURS, COPY), [_cpu_row(each) for each in result.sizes])
    yield "\nmost memory of the command, MiB, median (lowest to highest) of the rounds\n"
    yield report.table(("rows", "MiB"), [_memory_row(each) for each in result.sizes])


def _row(each: Exported) -> report.Row:
    return (
        f"{each.rows:,}",
        *(report.rate(rates(each.samples[name])) for name in (OURS, COPY)),
        report.ratio(ratios(each.samples[OURS], each.samples[COPY])),
        *(f"{each.bytes[name] / 1e6:.1f}" for name in (OURS, COPY)),
    )


def _cpu_row(each: Exported) -> report.Row:
    shares = [cpu_shares(each.samples[name]) for name in (OURS, COPY)]
    told = (f"{one['command']:,.0f} + {one['database']:,.0f}" if one else "-" for one in shares)
    return (f"{each.rows:,}", *told)


def _memory_row(each: Exported) -> report.Row:
    spread = Spread.of(most / _MEGABYTE for most in each.memory)
    return (f"{each.rows:,}", f"{spread.median:.0f} ({spread.low:.0f} to {spread.high:.0f})")
