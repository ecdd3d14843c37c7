"""Charts of the console: drawn where reports are, each with its table beneath."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from customer_inventory.kit.report.chart import Series, bars, columns, lines, waterfall


@dataclass(frozen=True)
class Figure:
    """A chart: its title, the drawing, what its lines are called, and the same as a table."""

    title: str
    svg: Markup
    series: Sequence[tuple[str, int]]
    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]


def figure_of(
    title: str,
    label: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    band: tuple[Series, Series] | None = None,
    written: Callable[[float], str] = "{:g}".format,
) -> Figure:
    """Return a chart of lines over the same labels; `label` says what these are: months, days.

    A `band` has a lower and an upper end, shown as an area, and as columns of the table.
    """
    told = [(name, number) for number, (name, _) in enumerate(series)]
    shown = [*series, *(band or ())]
    rows = [[each, *(values[at] for _, values in shown)] for at, each in enumerate(labels)]
    heads = [label, *(name for name, _ in shown)]
    ends = (band[0][1], band[1][1]) if band else None
    return Figure(
        title, lines(labels, series, title, band=ends, written=written), told, heads, rows
    )


def columns_of(title: str, label: str, name: str, values: Sequence[tuple[str, int]]) -> Figure:
    """Return a chart of columns side by side, `name` being what is counted."""
    return Figure(title, columns(values, title), (), [label, name], [list(pair) for pair in values])


def bars_of(
    title: str,
    label: str,
    name: str,
    values: Sequence[tuple[str, Any]],
    written: Callable[[Any], str],
) -> Figure:
    """Return a chart of bars with a label and a figure each; `label` says what these are."""
    rows = [[each, written(value)] for each, value in values]
    return Figure(title, bars(values, title, written), (), [label, name], rows)


def waterfall_of(
    title: str,
    heads: tuple[str, str],
    begin: float,
    steps: Sequence[tuple[str, float]],
    written: Callable[[float], str],
) -> Figure:
    """Return a chart of steps that lead from `begin` to their sum; `heads` name step and figure."""
    rows = [[name, step] for name, step in steps]
    return Figure(title, waterfall(begin, steps, title, written), (), heads, rows)
