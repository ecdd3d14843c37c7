"""What `overload` found, as text and as plain data."""

from collections.abc import Iterator
from typing import Any

import msgspec

from bench import report
from bench.overload import AFTER, MOST, TWICE, UNBOUND, Came, Result, parts, recovered
from bench.sample import Spread

_HEADER = (
    "load", "due a second", "answered well", "of the peak", "sent away", "lost",
    "p50 ms", "p99 ms", "worst p99",
)  # fmt: skip
AIM_GOODPUT, AIM_SPREAD, AIM_RECOVERY = 0.9, 5.0, 5.0
_SETTLING = 1.0


def text(result: Result) -> str:
    """Return the table and what is aimed at."""
    return "\n".join(_lines(result))


def data(result: Result) -> dict[str, Any]:
    """Return every slice, for a program to read."""
    return {
        "loads": msgspec.to_builtins(result.loads),
        "memory": result.memory,
        "recovered": recovered(result),
        "ofPeak": dict(parts(result)),
    }


def _lines(result: Result) -> Iterator[str]:
    plan = result.plan
    yield report.section(
        f"overload: of ten requests eight reads by id, a list of 20 and a patch; {plan.records:,} "
        f"individuals; twice the load for {plan.seconds:g} s over {plan.connections} connections"
    )
    yield "Latencies are medians of quarter seconds, from when a request was due.\n"
    yield report.table(_HEADER, [_row(result, name, came) for name, came in result.loads.items()])
    grown = result.memory["after"] - result.memory["before"]
    before = result.memory["before"] / 2**20
    yield f"\nmemory of the service: {before:.0f} MiB before, {grown / 2**20:+.0f} MiB after"
    yield report.section("aims")
    share = parts(result)
    yield report.verdict("goodput at twice the load, of the peak", _one(share[TWICE]), AIM_GOODPUT)
    calm = result.loads[MOST]
    spread = calm.quantile("p99") / calm.quantile("p50")
    yield report.bound("p99 over p50 at 70 % of the peak", _one(spread), AIM_SPREAD)
    seconds = recovered(result)
    if seconds is None:
        yield f"falls short  answers did not come as before within the load '{AFTER}'"
    else:
        yield report.bound("seconds until all is as before", _one(seconds), AIM_RECOVERY)
    yield (
        f"             where nobody is sent away: {share[UNBOUND]:.2f} of the peak, p99 "
        f"{result.loads[UNBOUND].quantile('p99', _SETTLING):,.0f} ms"
    )


def _row(result: Result, name: str, came: Came) -> report.Row:
    seconds = len(came.slices) / 4
    worst = max((each.p99 or 0.0) for each in came.slices)
    lost = came.sum("lost") + came.unanswered
    return (
        name,
        f"{came.sum('due') / seconds:,.0f}",
        f"{came.rate(_SETTLING):,.0f}",
        f"{came.rate(_SETTLING) / result.peak:.2f}",
        f"{came.sum('sent_away') / seconds:,.0f}",
        f"{lost:,}",
        f"{came.quantile('p50', _SETTLING):.1f}",
        f"{came.quantile('p99', _SETTLING):.1f}",
        f"{worst:.0f}",
    )


def _one(value: float) -> Spread:
    return Spread(value, value, value)
