"""What `stream` found, as text and as plain data."""

from collections.abc import Iterator
from typing import Any

from bench import report
from bench.sample import cpu_shares, rates, ratios
from bench.streaming import BARE, NATS, OURS, RABBIT, Kind, Result


def text(result: Result) -> str:
    """Return the rates, the ratios, and where the time goes."""
    return "\n".join(_sections(result))


def data(result: Result) -> dict[str, Any]:
    """Return every sample, for a program to read."""
    return {
        "events": result.plan.events,
        "batch": result.plan.batch,
        "postgresql": result.postgresql,
        "samples": {": ".join(key): found for key, found in result.samples.items()},
        **{
            f"ratio_{kind}": ratios(result.samples[kind, OURS], result.samples[kind, BARE])
            for kind in (NATS, RABBIT)
        },
    }


def _sections(result: Result) -> Iterator[str]:
    plan = result.plan
    yield report.section(
        f"stream: {plan.events:,} events in batches of {plan.batch}, {plan.rounds} rounds, "
        f"PostgreSQL {result.postgresql}"
    )
    yield "events a second, median (lowest to highest) of the rounds\n"
    rows = [_row(result, kind) for kind in (NATS, RABBIT)]
    yield report.table(("", OURS, BARE, "ratio", "CPU microseconds an event, ours"), rows)


def _row(result: Result, kind: Kind) -> report.Row:
    ours, bare = result.samples[kind, OURS], result.samples[kind, BARE]
    spent = ", ".join(f"{who} {value:.0f}" for who, value in cpu_shares(ours).items())
    return (
        kind,
        report.rate(rates(ours)),
        report.rate(rates(bare)),
        report.ratio(ratios(ours, bare)),
        spent or "not measured: no /proc",
    )
