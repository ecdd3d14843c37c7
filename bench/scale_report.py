"""What `scale` found, as text and as plain data."""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

from bench import report, shapes
from bench.sample import percentile
from bench.scale import Result, Seconds, Timings

_AIM_AROUND = 3.0
_AIM_FUZZY = 20.0
_AIM_FOUR_TIMES = 1.15


def text(result: Result) -> str:
    """Return the times by size and shape, how they grow, and the aims."""
    return "\n".join(_sections(result))


def data(result: Result) -> dict[str, Any]:
    """Return every sample, for a program to read."""
    return {"sizes": list(result.sizes)}


def _sections(result: Result) -> Iterator[str]:
    sizes = result.sizes
    yield report.section(
        "scale: "
        + ", ".join(
            f"{one.customers:,} customers ({one.records:,} records, {one.bytes / 2**30:.1f} GiB)"
            for one in sizes
        )
    )
    yield "milliseconds: p50 / p99; cold: the first requests after servers and services started\n"
    header = ("", *(f"{kind} {one.customers:,}" for one in sizes for kind in ("warm", "cold")))
    rows = [
        (
            shape,
            *(_times(taken[shape]) for one in sizes for taken in (one.warm, one.cold)),
            *_slopes(sizes, shape),
        )
        for shape in shapes.SHAPES
    ]
    slopes = ("slope p50", "slope p99") if len(sizes) > 1 else ()
    yield report.table((*header, *slopes), rows)
    if len(sizes) > 1:
        yield f"\nA logarithm of the size would have a slope of {_slope_of_log(sizes):.2f} here."
    yield report.section("aims")
    yield from (line for one in sizes for line in _aims(one))
    for before, after in itertools.pairwise(sizes):
        grown = after.customers / before.customers
        times = percentile(after.warm[shapes.GET], 50) / percentile(before.warm[shapes.GET], 50)
        # A logarithm through the aim: 1.15 for four times the data.
        most = _AIM_FOUR_TIMES ** (math.log(grown) / math.log(4))
        yield _verdict(f"get by id of {grown:g} times the data, p50", times, round(most, 2))


def _aims(one: Timings) -> Iterator[str]:
    around = percentile(one.around, 50) / percentile(one.by_key, 50)
    yield _verdict(f"{one.customers:,}: 360 against the same by key", around, _AIM_AROUND)
    read = percentile(one.warm[shapes.GET], 99)
    for shape in shapes.SEARCHES:
        times = percentile(one.warm[shape], 99) / read
        yield _verdict(f"{one.customers:,}: p99 of {shape} against get by id", times, _AIM_FUZZY)


def _verdict(what: str, times: float, most: float) -> str:
    word = "meets       " if times <= most else "falls short "
    return f"{word} {what}: {times:.1f} times, aim at most {most:g}"


def _slopes(sizes: Sequence[Timings], shape: str) -> tuple[str, ...]:
    if len(sizes) < 2:
        return ()
    first, last = sizes[0], sizes[-1]
    grown = math.log(last.customers / first.customers)
    slopes = []
    for rank in (50, 99):
        before, after = (percentile(one.warm[shape], rank) for one in (first, last))
        slopes.append(f"{math.log(after / before) / grown:.2f}")
    return tuple(slopes)


def _slope_of_log(sizes: Sequence[Timings]) -> float:
    first, last = sizes[0].records, sizes[-1].records
    return math.log(math.log(last) / math.log(first)) / math.log(last / first)


def _times(seconds: Seconds) -> str:
    return f"{1000 * percentile(seconds, 50):.2f} / {1000 * percentile(seconds, 99):.2f}"
