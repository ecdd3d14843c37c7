"""What `assessment` found, as text and as plain data."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from bench import report
from bench.assessing import AIM, BY_HAND, OURS, WHOLE, Result
from bench.sample import Sample, Spread


def text(result: Result) -> str:
    """Return the seconds of each, how many times psql ours takes, and which checks are slowest."""
    return "\n".join(_sections(result))


def data(result: Result) -> dict[str, Any]:
    """Return every sample, for a program to read."""
    return {
        "postgresql": result.postgresql,
        "held": {str(size): asdict(held) for size, held in result.held.items()},
        "samples": {f"{size}: {who}": found for (size, who), found in result.samples.items()},
        "slowest": {str(size): found for size, found in result.slowest.items()},
        "skipped": {str(size): found for size, found in result.skipped.items()},
    }


def _sections(result: Result) -> Iterator[str]:
    yield report.section(f"assessment: {result.plan.rounds} rounds, PostgreSQL {result.postgresql}")
    rows = []
    for size, held in result.held.items():
        found = [result.samples[size, who] for who in (WHOLE, OURS, BY_HAND)]
        rows.append(
            (
                f"{held.records:,} records",
                f"{held.size / 1e9:,.1f}",
                *(_seconds(each) for each in found),
                report.ratio(_times(found[1], found[2])),
            )
        )
    yield report.table(("", "GB", f"{WHOLE}, s", f"{OURS}, s", f"{BY_HAND}, s", "times"), rows)
    for size, held in result.held.items():
        slow = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in result.slowest[size])
        yield f"\n{held.records:,} records, slowest: {slow}"
        for said in result.skipped[size]:
            yield f"  not looked at: {said}"
        whole = Spread.of(each.seconds for each in result.samples[size, WHOLE])
        yield report.bound("seconds of the whole", whole, AIM)


def _times(ours: list[Sample], theirs: list[Sample]) -> Spread:
    """Return how many times as long ours takes, round by round."""
    return Spread.of(a.seconds / b.seconds for a, b in zip(ours, theirs, strict=True))


def _seconds(samples: list[Sample]) -> str:
    spread = Spread.of(each.seconds for each in samples)
    return f"{spread.median:.2f} ({spread.low:.2f} to {spread.high:.2f})"
