"""What `citus` found, as text and as plain data."""

from collections.abc import Iterator
from typing import Any

from bench import report
from bench.spreading import PLAIN, Result


def text(result: Result) -> str:
    """Return what was done a second on each cluster, and what fans out."""
    return "\n".join(_sections(result))


def data(result: Result) -> dict[str, Any]:
    """Return every sample and every statement that fans out, for a program to read."""
    return {"citus": result.citus, "samples": result.samples, "fans": result.fans}


def _sections(result: Result) -> Iterator[str]:
    yield report.section(
        f"citus: {result.plan.records:,} individuals, {result.plan.at_a_time} at a time, "
        f"{result.citus}"
    )
    yield "operations a second (median milliseconds); on one machine: the overhead of a cluster\n"
    kinds = list(result.samples[PLAIN])
    rows = [
        (label, *(f"{each[kind].rate:,.0f} ({each[kind].p50:,.1f})" for kind in kinds))
        for label, each in result.samples.items()
    ]
    yield report.table(("", *kinds), rows)
    yield report.section("statements that ask several shards: shards of each part")
    fanning = [each for each in result.fans if not each.reason]
    yield report.table(
        ("statement", "shards"),
        [(each.name, " ".join(str(n) for n in each.shards if n > 1)) for each in fanning],
    )
    yield report.section("statements that cannot be sent there")
    refused = [(each.name, each.reason) for each in result.fans if each.reason]
    yield report.table(("statement", "why"), refused)
