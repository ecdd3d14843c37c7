"""What `ledger` found, as text and as plain data."""

import math
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

from bench import report
from bench.ledger import AIM_SECONDS, Asked, Rates, Result
from bench.sample import Spread, percentile

_BEYOND = 100_000_000


def text(result: Result) -> str:
    """Return the times by size, how they grow, what that would come to, and the rates."""
    return "\n".join(_sections(result))


def data(result: Result) -> dict[str, Any]:
    """Return every sample, for a program to read."""
    return {
        "postgresql": result.postgresql,
        "sizes": list(result.sizes),
        "slope": {rank: _slope(result.sizes, rank) for rank in (50, 99)},
        "rates": result.rates,
    }


def _sections(result: Result) -> Iterator[str]:
    plan = result.plan
    yield report.section(
        f'ledger: "who saw me", {plan.requests} customers asked of each size in turn, '
        f"PostgreSQL {result.postgresql}"
    )
    yield "milliseconds of the statement\n"
    yield report.table(
        ("entries", "GiB", "rows", "p50", "p99"), [_row(each) for each in result.sizes]
    )
    if len(result.sizes) > 1:
        yield from _growth(result.sizes)
    yield from _rates(result.rates, plan.writers)
    yield report.section("aim")
    for each in result.sizes:
        p99 = percentile(each.seconds, 99)
        yield report.bound(
            f"p99 among {each.entries:,} entries: seconds", Spread(p99, p99, p99), AIM_SECONDS
        )


def _row(each: Asked) -> report.Row:
    times = (f"{1000 * percentile(each.seconds, rank):.2f}" for rank in (50, 99))
    size, rows = f"{each.bytes / 2**30:.2f}", f"{median(each.rows):.0f}"
    return (f"{each.entries:,}", size, rows, *times)


def _growth(sizes: Sequence[Asked]) -> Iterator[str]:
    for rank in (50, 99):
        slope, last = _slope(sizes, rank), sizes[-1]
        beyond = percentile(last.seconds, rank) * (_BEYOND / last.entries) ** max(slope, 0.0)
        yield (
            f"\np{rank}: slope {slope:.2f} on a double logarithmic scale; EXTRAPOLATED to "
            f"{_BEYOND:,} entries, not measured: {1000 * beyond:.1f} ms"
        )


def _slope(sizes: Sequence[Asked], rank: int) -> float:
    """Return the slope of the straight line nearest to all sizes, both logarithmic."""
    xs = [math.log(each.entries) for each in sizes]
    ys = [math.log(percentile(each.seconds, rank)) for each in sizes]
    middle_x, middle_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - middle_x) ** 2 for x in xs)
    together = sum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys, strict=True))
    return together / spread if spread else 0.0


def _rates(rates: Rates, writers: int) -> Iterator[str]:
    p50, p99 = (1000 * percentile(rates.append_seconds, rank) for rank in (50, 99))
    yield report.section(f"rates, over {rates.entries:,} entries of one record each")
    yield report.table(
        ("", "entries a second"),
        [
            (f"append, {writers} at a time, durable", f"{rates.append:,.0f}"),
            ("seal", f"{rates.seal:,.0f}"),
            ("verify", f"{rates.verify:,.0f}"),
        ],
    )
    yield f"\nan entry is durable after {p50:.1f} ms (p50), {p99:.1f} ms (p99)"
