"""A report as text for programs: JSON with its structure, CSV with a line a figure."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from customer_inventory.kit.report.model import Cell, Report, Section, Table

SCHEMA_VERSION = 1
_HEADER = ("table", "row", "column", "value", "unit")


def as_json(report: Report) -> bytes:
    """Return the report as JSON; amounts and other decimals are texts, digit by digit."""
    told: dict[str, Any] = {
        "schemaVersion": SCHEMA_VERSION,
        "name": report.name,
        "title": report.title,
        "madeAt": report.made_at,
        "facts": report.facts,
        "headline": report.headline,
        "said": [each.text for each in report.said],
        "sections": [_section(section) for section in report.sections],
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"


def as_csv(report: Report) -> bytes:
    """Return the report as CSV (RFC 4180, UTF-8): table, row, column, value, unit.

    What is not known is an empty cell; shares are parts of 1. Sums of tables are left out.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_HEADER)
    for table in report.tables:
        writer.writerows(_lines(table))
    return buffer.getvalue().encode()


def plain(cell: Cell) -> str:
    """Return a cell as programs read it."""
    if cell is None:
        return ""
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def guarded(text: str) -> str:
    """Return a text such that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.lstrip()[:1] in ("=", "+", "-", "@") and text.strip() else text


def _section(section: Section) -> dict[str, Any]:
    return {
        "heading": section.heading,
        "said": [{"text": each.text, "tone": each.tone} for each in section.said],
        "tables": [_table(table) for table in section.tables],
    }


def _table(table: Table) -> dict[str, Any]:
    columns = [
        {"name": each.name, "kind": each.kind, **({"unit": each.unit} if each.unit else {})}
        for each in table.columns
    ]
    told = {"name": table.name, "columns": columns, "rows": [_row(row) for row in table.rows]}
    return {**told, "foot": _row(table.foot)} if table.foot else told


def _row(cells: tuple[Cell, ...]) -> list[Any]:
    return [plain(cell) if isinstance(cell, Decimal) else cell for cell in cells]


def _lines(table: Table) -> Iterator[tuple[str, ...]]:
    for row in table.rows:
        name = plain(row[0])
        for column, cell in zip(table.columns[1:], row[1:], strict=True):
            value = guarded(cell) if isinstance(cell, str) else plain(cell)
            yield table.name, guarded(name), column.name, value, column.unit
