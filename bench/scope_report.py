"""What `scope` found, as text and as plain data."""

from collections.abc import Iterator, Sequence
from typing import Any

from bench import report
from bench.sample import Sample, Spread, cpu_shares
from bench.scope import FREE, LISTED, MARKET, Result

_BOUND = (MARKET, LISTED)


def text(result: Result) -> str:
    """Return how long each read takes, and how much longer for who is bound."""
    return "\n".join(_sections(result))


def data(result: Result) -> dict[str, Any]:
    """Return every sample, for a program to read."""
    samples: dict[str, dict[str, list[Sample]]] = {}
    for (what, name), found in result.samples.items():
        samples.setdefault(what, {})[name] = found
    return {
        "customers": result.plan.customers,
        "listed": result.plan.listed,
        "postgresql": result.postgresql,
        "samples": samples,
    }


def _sections(result: Result) -> Iterator[str]:
    plan = result.plan
    yield report.section(
        f"scope: {plan.customers:,} customers, a list of {plan.listed:,}, {plan.rounds} rounds, "
        f"PostgreSQL {result.postgresql}"
    )
    yield "CPU microseconds each, service + database: medians; ratio to who is not bound\n"
    rows = []
    for what in dict.fromkeys(what for what, _ in result.samples):
        free = result.samples[what, FREE]
        row = [what, _told(free)]
        for name in _BOUND:
            bound = result.samples[what, name]
            longer = Spread.of(_cpu(b) / _cpu(f) for b, f in zip(bound, free, strict=True))
            row.append(
                f"{_told(bound)}, x {longer.median:.2f} ({longer.low:.2f}-{longer.high:.2f})"
            )
        rows.append(tuple(row))
    yield report.table(("", FREE, *_BOUND), rows)


def _cpu(sample: Sample) -> float:
    return sum(sample.cpu.values())


def _told(samples: Sequence[Sample]) -> str:
    return " + ".join(f"{share:,.0f}" for share in cpu_shares(samples).values())
