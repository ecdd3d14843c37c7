"""What `backup` found, as text and as plain data."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import msgspec

from bench import report
from bench.backing_up import AIM, ALONE, CHANGED, FULL, OURS, Result
from bench.sample import Spread, ratios

_MEGABYTE = 1_000_000


def text(result: Result) -> str:
    """Return the seconds of both, how many times those alone ours are, and the drill."""
    return "\n".join(_sections(result))


def data(result: Result) -> dict[str, Any]:
    """Return every sample, for a program to read."""
    return {
        "customers": result.plan.customers,
        "postgresql": result.postgresql,
        "samples": {": ".join(key): found for key, found in result.samples.items()},
        "copies": [msgspec.to_builtins(each) for each in result.copies],
        "drills": [{**asdict(each), "backup": each.backup.id} for each in result.drills],
    }


def _sections(result: Result) -> Iterator[str]:
    yield report.section(
        f"backup: {result.plan.customers:,} customers, {result.plan.rounds} rounds, "
        f"PostgreSQL {result.postgresql}"
    )
    rows = []
    for what in (FULL, CHANGED):
        ours, alone = result.samples[OURS, what], result.samples[ALONE, what]
        size = sum(each.operations for each in ours) / len(ours) / _MEGABYTE
        rows.append(
            (
                what,
                f"{size:,.0f}",
                _seconds(ours),
                _seconds(alone),
                report.ratio(_times(result, what)),
            )
        )
    yield report.table(("", "MB", f"{OURS}, s", f"{ALONE}, s", "times"), rows)
    full = [each for each in result.copies if each.kind == "full"][-1]
    yield (
        f"\nsealed, a whole copy is {full.stored / _MEGABYTE:,.0f} MB of "
        f"{full.size / _MEGABYTE:,.0f}\n"
    )
    for done in result.drills:
        yield (
            f"drill: recovery point {done.point_seconds:.2f} s, recovery time "
            f"{done.recovery_seconds:.1f} s ({done.unpacking_seconds:.1f} unpacking, "
            f"{done.recovering_seconds:.1f} replaying {done.segments} segments), "
            f"{done.tables} tables, {done.rows:,} rows, {len(done.differences)} different\n"
        )
    yield report.bound(
        "seconds of a whole copy, times those of pg_basebackup", _times(result, FULL), AIM
    )


def _times(result: Result, what: str) -> Spread:
    """Return how many times as long ours takes: the peer's rate over ours."""
    return ratios(result.samples[ALONE, what], result.samples[OURS, what])


def _seconds(samples: list[Any]) -> str:
    return f"{sorted(each.seconds for each in samples)[len(samples) // 2]:.2f}"
