"""A report before it is a file: sections with sentences, a chart and the table of its figures.

Every file of a report is made of this and nothing else, so that none of them says another thing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

Kind = Literal["text", "count", "amount", "share", "figure"]
"""What a column has: words; whole numbers; money of `unit`; parts of 1; other numbers."""
Cell = str | int | Decimal | None
"""What a table has: None is not known, or does not apply."""
Draw = Literal["bars", "columns"]
Tone = Literal["plain", "good", "bad"]

_MANY = 1000
UNKNOWN = "\u2013"
"""What stands where a figure is not known."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, what it has, and in which unit (a currency's code of an amount)."""

    name: str
    kind: Kind = "text"
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures: `name` tells a table from others of its report; `foot` is the last row, a sum.

    The first column names the rows. A folded one is opened by who wants to see it on a screen.
    """

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]
    foot: tuple[Cell, ...] | None = None
    caption: str = ""
    empty: str = "Nothing."
    is_folded: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A column of the table that follows, drawn: bars of a row each, or columns side by side."""

    said: str
    column: int
    draw: Draw = "bars"


@dataclass(frozen=True, slots=True)
class Sentence:
    """Something said, plainly or as good or bad news."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report: what is said, and the figures behind it; the first under its chart.

    `level` 1 begins a part of a larger report, 2 is a heading within.
    """

    heading: str
    said: tuple[Sentence, ...] = ()
    tables: tuple[Table, ...] = ()
    chart: Chart | None = None
    level: Literal[1, 2] = 2

    @property
    def drawn(self) -> list[tuple[str, int | Decimal]]:
        """What its chart shows: a label and a value for each row of the first table."""
        if self.chart is None or not self.tables:
            return []
        column = self.chart.column
        return [
            (str(row[0]), cell if isinstance(cell := row[column], int | Decimal) else 0)
            for row in self.tables[0].rows
        ]


@dataclass(frozen=True, slots=True)
class Report:
    """A report: what of, as of when, its one figure before all others, and its sections.

    `name` is what files of it are called. `facts` say on what it rests: a line under the title.
    """

    name: str
    title: str
    made_at: datetime
    facts: str
    sections: tuple[Section, ...]
    headline: str = ""
    said: tuple[Sentence, ...] = ()

    @property
    def tables(self) -> list[Table]:
        """All its tables, in their order."""
        return [table for section in self.sections for table in section.tables]


def shown(cell: Cell, column: Column) -> str:
    """Return a cell as people read it."""
    if cell is None:
        return UNKNOWN
    if isinstance(cell, str):
        return cell
    if column.kind == "share":
        return percent(cell)
    if column.kind in ("count", "amount"):
        return f"{cell:,}"
    return figure(cell)


def figure(value: int | Decimal) -> str:
    """Return a figure as exact as people need it: whole, or with two decimals, small ones four."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.2f}" if abs(float(value)) >= _MANY else f"{value:,.4f}"


def percent(share: float | Decimal | None) -> str:
    """Return a share as people read it, never rounded up: what misses a threshold shows that."""
    if share is None:
        return UNKNOWN
    return "100 %" if share == 1 else f"{int(share * 10_000) / 100:.2f} %"


def ask(count: int) -> str:
    """Return that so many things ask for something to be done."""
    said = "1 thing asks" if count == 1 else f"{count} things ask"
    return f"{said} for something to be done."


def number(value: float | Decimal | None) -> str:
    """Return a number with its thousands apart, as exact as it is."""
    if value is None:
        return UNKNOWN
    return f"{value:,f}" if value % 1 else f"{int(value):,}"
