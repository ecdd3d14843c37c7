"""What `console` found, as text and as plain data."""

from collections.abc import Iterator
from typing import Any

from bench import report
from bench.paging import POINT_READ, TYPED, Result
from bench.sample import Spread

_MOST_OF_A_READ = 30
_MOST_BYTES, _MOST_REQUESTS, _MOST_TYPING = 60 * 1024, 8, 100
_PUBLISHED = (
    ("React 19, Vite, Mantine (published, the same customer page)", "211.2", "6", "762"),
    ("NiceGUI 3 (published, the same customer page)", "896.0", "25", "979"),
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
    yield "milliseconds of the service, median (lowest to highest), and times a point read\n"
    rows = [(name, _millis(result, name), _times(result, name)) for name in result.seconds]
    yield report.table(("", "milliseconds", "x point read"), rows)
    if result.loads:
        yield report.section("cold in Chromium")
        loads = [_load(result, name) for name in result.loads]
        yield report.table(("", "KB", "requests", "ms to load"), [*loads, *_PUBLISHED])
    yield report.section("aims")
    for name in result.seconds:
        if name != POINT_READ:
            what = f"{name}: times a point read"
            yield report.bound(what, _ratios(result, name), _MOST_OF_A_READ)
    for name, loaded in result.loads.items():
        yield report.bound(f"{name}: bytes", Spread.of(e.bytes for e in loaded), _MOST_BYTES)
        told = Spread.of(each.requests for each in loaded)
        yield report.bound(f"{name}: requests", told, _MOST_REQUESTS)
    if result.typed:
        yield report.bound(f"{TYPED}, ms at the browser", Spread.of(result.typed), _MOST_TYPING)


def _ratios(result: Result, name: str) -> Spread:
    pairs = zip(result.seconds[name], result.seconds[POINT_READ], strict=True)
    return Spread.of(ours / read for ours, read in pairs)


def _times(result: Result, name: str) -> str:
    return report.ratio(_ratios(result, name))


def _millis(result: Result, name: str) -> str:
    spread = Spread.of(1e3 * seconds for seconds in result.seconds[name])
    return f"{spread.median:,.1f} ({spread.low:,.1f} to {spread.high:,.1f})"


def _load(result: Result, name: str) -> tuple[str, str, str, str]:
    loaded = result.loads[name]
    kilobytes = Spread.of(each.bytes / 1000 for each in loaded)
    requests = Spread.of(each.requests for each in loaded)
    taken = Spread.of(each.milliseconds for each in loaded)
    return name, f"{kilobytes.median:.1f}", f"{requests.median:.0f}", f"{taken.median:.0f}"
