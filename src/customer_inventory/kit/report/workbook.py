"""A report as a workbook (XLSX): a sheet with what is said, and one for each table."""

import io
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from customer_inventory.kit.errors import Unavailable
from customer_inventory.kit.report.model import Cell, Column, Report, Section, Table

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_LONGEST_NAME = 31
"""So many letters a sheet's name may have, and none of these."""
_NOT_IN_NAMES = str.maketrans("", "", "[]:*?/\\'")
_NUMBERS = {"count": "#,##0", "amount": "#,##0.00", "share": "0.00 %", "figure": "#,##0.0000"}
_NARROW, _WIDE = 12, 60
_MOST_BARS = 20
_SAID, _SIZE, _HIGH = 90, 11, 1.4
"""How wide the sheet of sentences is, in letters of the usual size, and a line of it to that."""
_A4 = 9
_TONES = {"plain": {}, "good": {"font_color": "#1f7a4d"}, "bad": {"font_color": "#b3261e"}}
_BAR = "#2f6f9f"


def workbook(report: Report) -> bytes:
    """Return the workbook; raise Unavailable where the extra `xlsx` is not installed.

    Sums are formulas over what stands above them, and charts are the spreadsheet's own. Texts are
    never formulas.
    """
    try:
        from xlsxwriter import Workbook  # noqa: PLC0415 - an extra
    except ImportError:
        raise Unavailable(
            "A workbook cannot be written here.",
            hint="Install customer-inventory[xlsx], or ask for csv.",
        ) from None
    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": report.title, "created": report.made_at})
        _Sheets(book).write(report)
    return buffer.getvalue()


class _Sheets:
    """Writes the sheets of a report into a workbook."""

    def __init__(self, book: "Workbook") -> None:
        self._book = book
        self._formats: dict[str, Format] = {}
        self._names: set[str] = set()

    def write(self, report: Report) -> None:
        self._said(report)
        for section in report.sections:
            for place, table in enumerate(section.tables):
                sheet = self._book.add_worksheet(self._named(table.name))
                self._table(sheet, table)
                if section.chart and not place and table.rows:
                    self._chart(sheet, section, table)

    def _said(self, report: Report) -> None:
        """Write the first sheet: everything that is said, in its order."""
        sheet = self._book.add_worksheet(self._named("Report"))
        sheet.set_column(0, 0, _SAID)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        lines: list[tuple[str, dict[str, Any]]] = [
            (report.title, {"bold": True, "font_size": 16}),
            (report.facts, {"font_color": "#5a6472"}),
        ]
        if report.headline:
            lines.append((report.headline, {"bold": True, "font_size": 20}))
        lines += [(each.text, _TONES[each.tone]) for each in report.said]
        for section in report.sections:
            size = 14 if section.level == 1 else 12
            lines += [("", {}), (section.heading, {"bold": True, "font_size": size})]
            lines += [(each.text, _TONES[each.tone]) for each in section.said]
            lines += [(f"Sheet: {table.name}", {"italic": True}) for table in section.tables]
        for row, (text, look) in enumerate(lines):
            sheet.write_string(row, 0, text, self._format(text_wrap=True, valign="top", **look))
            size = look.get("font_size", _SIZE)
            lines_of = -(-len(text) * size // (_SAID * _SIZE)) or 1
            sheet.set_row(row, _HIGH * lines_of * size)

    def _table(self, sheet: "Worksheet", table: Table) -> None:
        for place, column in enumerate(table.columns):
            align = "left" if column.kind == "text" else "right"
            indent = {"indent": 1} if column.kind == "text" else {}
            look = self._format(
                bold=True, bottom=1, text_wrap=True, valign="bottom", align=align, **indent
            )
            sheet.write_string(0, place, _headed(column), look)
            sheet.set_column(place, place, _width(table, place))
        for row, cells in enumerate(table.rows, 1):
            for place, (cell, column) in enumerate(zip(cells, table.columns, strict=True)):
                self._cell(sheet, row, place, cell, column)
        sheet.freeze_panes(1, 1)
        if table.foot:
            self._foot(sheet, table, table.foot)
        last = max(len(table.rows), 1)
        sheet.autofilter(0, 0, last, len(table.columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def _cell(
        self, sheet: "Worksheet", row: int, place: int, cell: Cell, column: Column, **look: Any
    ) -> None:
        if cell is None:
            return
        if isinstance(cell, str):
            aligned = {} if column.kind == "text" else {"align": "right"}
            sheet.write_string(row, place, cell, self._format(indent=1, **aligned, **look))
        else:
            sheet.write_number(row, place, float(cell), self._format(**_number(column), **look))

    def _foot(self, sheet: "Worksheet", table: Table, foot: tuple[Cell, ...]) -> None:
        """Write the last row: what is the sum of a column is a formula, and shows that it is."""
        row = len(table.rows) + 1
        for place, (cell, column) in enumerate(zip(foot, table.columns, strict=True)):
            above = [cells[place] for cells in table.rows]
            if isinstance(cell, int | Decimal) and cell == _sum(above) and above:
                letter = chr(ord("A") + place)
                look = self._format(bold=True, top=1, **_number(column))
                sheet.write_formula(row, place, f"=SUM({letter}2:{letter}{row})", look, float(cell))
            else:
                self._cell(sheet, row, place, cell, column, bold=True, top=1)

    def _chart(self, sheet: "Worksheet", section: Section, table: Table) -> None:
        chart = section.chart
        assert chart is not None  # noqa: S101 - asked before
        is_columns = chart.draw == "columns"
        drawn = self._book.add_chart({"type": "column" if is_columns else "bar"})
        if drawn is None:
            return
        last = len(table.rows) if is_columns else min(len(table.rows), _MOST_BARS)
        drawn.add_series(
            {
                "categories": [sheet.get_name(), 1, 0, last, 0],
                "values": [sheet.get_name(), 1, chart.column, last, chart.column],
                "fill": {"color": _BAR},
                "gap": 40,
            }
        )
        drawn.set_title({"name": chart.said, "overlay": False, "name_font": {"size": 12}})
        drawn.set_legend({"none": True})
        if not is_columns:
            drawn.set_y_axis({"reverse": True})
            drawn.set_size({"width": 640, "height": 120 + 24 * last})
        sheet.insert_chart(len(table.rows) + 3, 0, drawn, {"description": chart.said})

    def _format(self, **look: Any) -> "Format":
        key = repr(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(look)
        return self._formats[key]

    def _named(self, name: str) -> str:
        """Return a sheet's name that no other has."""
        plain = name.translate(_NOT_IN_NAMES)
        found = next(found for found in _names(plain) if found.lower() not in self._names)
        self._names.add(found.lower())
        return found


def _names(plain: str) -> Iterator[str]:
    yield plain[:_LONGEST_NAME]
    for number in range(2, 1000):
        yield f"{plain[: _LONGEST_NAME - 4]} {number}"


def _number(column: Column) -> dict[str, str]:
    return {"num_format": _NUMBERS[column.kind]} if column.kind in _NUMBERS else {}


def _headed(column: Column) -> str:
    return f"{column.name} ({column.unit})" if column.unit else column.name


def _sum(cells: list[Cell]) -> Decimal:
    return sum((Decimal(cell) for cell in cells if isinstance(cell, int | Decimal)), Decimal(0))


def _width(table: Table, place: int) -> int:
    """Return how wide a column is: as its longest words, within bounds."""
    words = [_headed(table.columns[place])]
    words += [str(row[place]) for row in table.rows if row[place] is not None]
    return min(max(_NARROW, max(map(len, words)) + 2), _WIDE)
