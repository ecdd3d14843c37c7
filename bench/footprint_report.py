"""What `footprint` found, as text and as plain data."""

from collections.abc import Iterator
from typing import Any

from bench import report
from bench.footprint import Result
from bench.sample import Spread


def text(result: Result) -> str:
    """Return what was found, line by line."""
    return "\n".join(_lines(result))


def data(result: Result) -> dict[str, Any]:
    """Return what was found, for a program to read."""
    return {
        "wheel": result.wheel,
        "help": result.help,
        "answering": result.answering,
        "memory": result.memory,
        "idle": result.idle,
    }


def _lines(result: Result) -> Iterator[str]:
    yield report.section("footprint")
    yield f"wheel: {result.wheel / 2**20:.1f} MiB; cinv --help: {_seconds(result.help)}"
    if result.idle is not None:
        yield f"a service nobody asks, with its database: {result.idle:.1f} ms of CPU a second"
    yield ""
    rows = []
    for name, seconds in result.answering.items():
        fresh, after = result.memory[name]
        rows.append((name, _seconds(seconds), f"{fresh / 2**20:.0f}", f"{after / 2**20:.0f}"))
    reads = f"MiB after {result.plan.seconds:g} s of reads"
    header = ("one worker", "from start until it answers", "MiB then", reads)
    yield report.table(header, rows)


def _seconds(values: list[float]) -> str:
    spread = Spread.of(values)
    return f"{spread.median:.2f} s ({spread.low:.2f} to {spread.high:.2f})"
