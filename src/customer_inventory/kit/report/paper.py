"""A report as PDF, with fpdf2 (extra `pdf`): what is said, bars, and all tables."""

from typing import TYPE_CHECKING

from anyascii import anyascii

from customer_inventory.kit.errors import Unavailable
from customer_inventory.kit.report.model import (
    UNKNOWN,
    Cell,
    Report,
    Section,
    Sentence,
    Table,
    shown,
)

if TYPE_CHECKING:
    from fpdf import FPDF

_FONT, _LATIN = "Helvetica", "cp1252"
_TITLE, _HEADLINE, _PART, _HEADING, _TEXT, _SMALL = 17, 22, 15, 12, 10, 8
_LINE = 0.5
"""The height of a line in millimetres, for each point of its font."""
_COLOURS = {"plain": (29, 36, 48), "good": (31, 122, 77), "bad": (179, 38, 30)}
_FAINT, _BAR = (90, 100, 114), (47, 111, 159)
_LABEL, _FIGURE, _ROW = 55, 25, 5.5
_MOST_BARS = 20
_COLUMNS_HIGH = 35


def paper(report: Report) -> bytes:
    """Return the report as PDF: the same bytes whenever it is made of the same.

    Letters that the fonts of every reader have not are written in Latin ones. Raises Unavailable
    where the extra is not installed.
    """
    try:
        from fpdf import FPDF  # noqa: PLC0415 - an extra
    except ImportError:
        raise Unavailable(
            "PDF cannot be written here.", hint="Install customer-inventory[pdf], or ask for html."
        ) from None
    sheet = FPDF(format="A4")
    sheet.core_fonts_encoding = _LATIN
    sheet.set_creation_date(report.made_at)
    sheet.set_title(_latin(report.title))
    sheet.set_auto_page_break(auto=True, margin=15)
    sheet.add_page()
    _say(sheet, report.title, _TITLE, "B")
    _say(sheet, report.facts, _SMALL, colour=_FAINT)
    if report.headline:
        _say(sheet, report.headline, _HEADLINE, "B")
    _sentences(sheet, report.said)
    for section in report.sections:
        _section(sheet, section)
    return bytes(sheet.output())


def _section(sheet: "FPDF", section: Section) -> None:
    sheet.ln(3)
    if sheet.will_page_break(40):
        sheet.add_page()
    _say(sheet, section.heading, _PART if section.level == 1 else _HEADING, "B")
    _sentences(sheet, section.said)
    if section.chart and section.drawn:
        if section.chart.draw == "columns":
            _columns(sheet, [(label, float(value)) for label, value in section.drawn])
        else:
            column = section.tables[0].columns[section.chart.column]
            _bars(sheet, [(name, float(n), shown(n, column)) for name, n in section.drawn])
    for table in section.tables:
        _table(sheet, table)


def _sentences(sheet: "FPDF", said: tuple[Sentence, ...]) -> None:
    for each in said:
        _say(sheet, each.text, _TEXT, colour=_COLOURS[each.tone])


def _say(
    sheet: "FPDF",
    text: str,
    size: int,
    style: str = "",
    colour: tuple[int, int, int] = _COLOURS["plain"],
) -> None:
    sheet.set_font(_FONT, style, size)
    sheet.set_text_color(*colour)
    sheet.multi_cell(0, _LINE * size, _latin(text), align="L", new_x="LMARGIN", new_y="NEXT")
    sheet.set_text_color(*_COLOURS["plain"])
    sheet.ln(1)


def _bars(sheet: "FPDF", values: list[tuple[str, float, str]]) -> None:
    """Draw bars, each with its label before and its figure behind it."""
    most = max((value for _, value, _ in values), default=0) or 1
    room = sheet.epw - _LABEL - _FIGURE
    sheet.set_font(_FONT, "", _SMALL)
    sheet.set_fill_color(*_BAR)
    for label, value, told in values[:_MOST_BARS]:
        if sheet.will_page_break(_ROW):
            sheet.add_page()
        top = sheet.get_y()
        sheet.cell(_LABEL, _ROW, _latin(label[:34]))
        width = room * max(value, 0) / most
        if width:
            sheet.rect(sheet.l_margin + _LABEL, top + 1, width, _ROW - 2, style="F")
        sheet.set_x(sheet.l_margin + _LABEL + width + 1)
        sheet.cell(_FIGURE, _ROW, _latin(told), new_x="LMARGIN", new_y="NEXT")
    sheet.ln(2)


def _columns(sheet: "FPDF", values: list[tuple[str, float]]) -> None:
    if sheet.will_page_break(_COLUMNS_HIGH + _ROW):
        sheet.add_page()
    most = max((value for _, value in values), default=0) or 1
    step, top = sheet.epw / len(values), sheet.get_y()
    sheet.set_fill_color(*_BAR)
    for place, (_, value) in enumerate(values):
        height = _COLUMNS_HIGH * max(value, 0) / most
        if height:
            left = sheet.l_margin + place * step
            sheet.rect(left, top + _COLUMNS_HIGH - height, step * 0.8, height, style="F")
    sheet.set_y(top + _COLUMNS_HIGH + 1)
    sheet.set_font(_FONT, "", _SMALL)
    sheet.cell(sheet.epw / 2, _ROW, _latin(values[0][0]))
    last = _latin(values[-1][0])
    sheet.cell(sheet.epw / 2, _ROW, last, align="R", new_x="LMARGIN", new_y="NEXT")
    sheet.ln(2)


def _table(sheet: "FPDF", table: Table) -> None:
    if not table.rows:
        _say(sheet, table.empty, _TEXT, colour=_FAINT)
        return
    if table.caption:
        _say(sheet, table.caption, _SMALL, colour=_FAINT)
    from fpdf.fonts import FontFace  # noqa: PLC0415 - an extra

    aligned = tuple("LEFT" if each.kind == "text" else "RIGHT" for each in table.columns)
    widths = tuple(_width(table, place) for place in range(len(table.columns)))
    sheet.set_font(_FONT, "", _SMALL)
    sheet.set_fill_color(255)
    with sheet.table(
        text_align=aligned,
        col_widths=widths,
        borders_layout="HORIZONTAL_LINES",
        line_height=_SMALL * _LINE,
        padding=0.8,
    ) as made:
        heads = (f"{each.name} {each.unit}".strip() for each in table.columns)
        made.row([_latin(head) for head in heads])
        for cells in table.rows:
            made.row(_cells(cells, table, UNKNOWN))
        if table.foot:
            made.row(_cells(table.foot, table, ""), style=FontFace(emphasis="BOLD"))
    sheet.ln(2)


def _cells(cells: tuple[Cell, ...], table: Table, unknown: str) -> list[str]:
    return [
        unknown if cell is None else _latin(shown(cell, column))
        for cell, column in zip(cells, table.columns, strict=True)
    ]


def _width(table: Table, place: int) -> int:
    """Return how wide a column is beside the others: by its words, within bounds."""
    column = table.columns[place]
    longest = max(len(shown(row[place], column)) for row in table.rows)
    head = max(map(len, column.name.split()), default=0)
    return min(max(longest, head, 7), 40)


def _latin(text: str) -> str:
    try:
        text.encode(_LATIN)
    except UnicodeEncodeError:
        return str(anyascii(text))
    return text
