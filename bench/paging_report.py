"""What `console` found, as text and as plain data."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench import report
from bench.paging import POINT_READ, TYPED, Load, Result
from bench.sample import Spread

_MOST_OF_A_READ = 30
_MOST_BYTES, _MOST_REQUESTS, _MOST_TYPING = 60 * 1024, 8, 100
_MOST_FOR_A_READ = 2.0
"""Milliseconds: a point read that takes longer waited for a processor, as all the others did."""
_HEADER = ("screen", "ms of the service", "x point read", "KB", "requests", "ms to load")
_PUBLISHED = (
    ("React 19, Vite, Mantine (published, the same customer page)", "", "", "211.2", "6", "762"),
    ("NiceGUI 3 (published, the same customer page)", "", "", "896.0", "25", "979"),
)
"""KB over the wire, requests, milliseconds to the content: measured once, for the style notes."""


def text(result: Result) -> str:
    """Return what each screen takes of the service and of a browser, and whether it is enough."""
    return "\n".join(_sections(result))


def data(result: Result) -> dict[str, Any]:
    """Return every sample, for a program to read."""
    return {
        "customers": result.plan.customers,
        "seconds": result.seconds,
        "loads": result.loads,
        "typed": result.typed,
    }


def _sections(result: Result) -> Iterator[str]:
    plan = result.plan
    yield report.section(f"console: {plan.customers:,} customers, {plan.rounds} rounds")
    yield "Medians, the highest ratio first; a load is cold, in Chromium.\n"
    yield report.markdown(_HEADER, _rows(result))
    yield report.section("aims")
    read = Spread.of(1e3 * seconds for seconds in result.seconds[POINT_READ]).median
    if read > _MOST_FOR_A_READ:
        yield f"the machine was busy: a point read took {read:.1f} ms, and ratios are too low"
    ratios = {name: _ratios(result, name) for name in result.seconds if name != POINT_READ}
    yield from _within("times a point read", ratios, _MOST_OF_A_READ)
    sizes = {name: Spread.of(each.bytes for each in told) for name, told in result.loads.items()}
    yield from _within("bytes", sizes, _MOST_BYTES)
    asked = {name: Spread.of(each.requests for each in told) for name, told in result.loads.items()}
    yield from _within("requests", asked, _MOST_REQUESTS)
    if result.typed:
        yield report.bound(f"{TYPED}, ms at the browser", Spread.of(result.typed), _MOST_TYPING)


def _within(what: str, figures: Mapping[str, Spread], most: float) -> Iterator[str]:
    """Say of how many screens the median stays within `most`, and name each whose does not."""
    over = {name: figure for name, figure in figures.items() if figure.median > most}
    if figures:
        yield f"{len(figures) - len(over)} of {len(figures)} screens: {what} at most {most:g}"
    for name, figure in sorted(over.items(), key=lambda each: -each[1].median):
        yield report.bound(f"{name}: {what}", figure, most)


def _rows(result: Result) -> Iterator[report.Row]:
    names = sorted(result.seconds, key=lambda name: -_ratios(result, name).median)
    for name in names:
        taken = Spread.of(1e3 * seconds for seconds in result.seconds[name])
        times = "1" if name == POINT_READ else f"{_ratios(result, name).median:.1f}"
        yield (name, f"{taken.median:.1f}", times, *_loaded(result.loads.get(name, ())))
    if result.loads:
        yield from _PUBLISHED


def _loaded(loads: Sequence[Load]) -> tuple[str, str, str]:
    if not loads:
        return "", "", ""
    kilobytes = Spread.of(each.bytes / 1000 for each in loads)
    requests = Spread.of(each.requests for each in loads)
    taken = Spread.of(each.milliseconds for each in loads)
    return f"{kilobytes.median:.1f}", f"{requests.median:.0f}", f"{taken.median:.0f}"


def _ratios(result: Result, name: str) -> Spread:
    pairs = zip(result.seconds[name], result.seconds[POINT_READ], strict=True)
    return Spread.of(ours / read for ours, read in pairs)
