"""Charts of the console: drawn where reports are, each with its table beneath."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from customer_inventory.kit.report.chart import Series, columns, lines, waterfall


@dataclass(frozen=True)
class Figure:
    """A chart: its title, the drawing, what its lines are called, and the same as a table."""

    title: str
    svg: Markup
    series: Sequence[tuple[str, int]]
    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]


def figure_of(title: str, label: str, labels: Sequence[str], series: Sequence[Series]) -> Figure:
    """Return a chart of lines over the same labels; `label` says what these are: months, days."""
    told = [(name, number) for number, (name, _) in enumerate(series)]
    rows = [[each, *(values[at] for _, values in series)] for at, each in enumerate(labels)]
    heads = [label, *(name for name, _ in series)]
    return Figure(title, lines(labels, series, title), told, heads, rows)


def columns_of(title: str, label: str, name: str, values: Sequence[tuple[str, int]]) -> Figure:
    """Return a chart of columns side by side, `name` being what is counted."""
    return Figure(title, columns(values, title), (), [label, name], [list(pair) for pair in values])


def waterfall_of(
    title: str, heads: tuple[str, str], begin: float, steps: Sequence[tuple[str, float]]
) -> Figure:
    """Return a chart of steps that lead from `begin` to their sum; `heads` name step and figure."""
    rows = [[name, step] for name, step in steps]
    return Figure(title, waterfall(begin, steps, title), (), heads, rows)
