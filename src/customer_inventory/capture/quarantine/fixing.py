"""Rows corrected: other values by column, in text of the same format."""

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

from customer_inventory.capture.mapping import Mapping as Declared
from customer_inventory.capture.rows import LONGEST, csv_row, fields, json_row
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import encode, parse

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def changed(text: str, mapping: Declared, header: str, values: Mapping[str, str]) -> str:
    """Return a row with other values: by column (CSV), or by dotted path (NDJSON).

    Columns in braces in a value stand for what the row has there. Of NDJSON a value that is JSON is
    taken as that, else as text. Raises Invalid for a row that cannot be taken apart: say it whole.
    """
    if mapping.format == "csv":
        return _changed_csv(text, mapping.delimiter, header, values)
    row = json_row(text.encode())
    said = {path: _filled(value, lambda name: _at(row, name)) for path, value in values.items()}
    for path, value in said.items():
        _set(row, path, _value(value))
    return encode(row).decode()


def cells_of(text: str, mapping: Declared, header: str) -> dict[str, str] | None:
    """Return what a row says by column; None where it has none, or cannot be taken apart."""
    if mapping.format != "csv":
        return None
    try:
        names = [name.strip() for name in fields(header.encode(), mapping.delimiter)]
        return dict(zip(names, csv_row(text.encode(), mapping.delimiter, names), strict=True))
    except Invalid:
        return None


def check_text(text: str, mapping: Declared, header: str) -> None:
    """Raise Invalid for what is no row of the format at all."""
    raw = text.encode()
    if len(raw) > LONGEST:
        raise Invalid(f"is longer than a row may be, {LONGEST:,} bytes.", path="text")
    if mapping.format == "csv":
        csv_row(raw, mapping.delimiter, fields(header.encode(), mapping.delimiter))
    elif "\n" in text:
        raise Invalid("is more than one line.", path="text")
    else:
        json_row(raw)


def csv_line(cells: list[str], delimiter: str) -> str:
    """Return cells as a record of CSV, without its line end."""
    out = io.StringIO()
    # What has a character of the line end in it is quoted: both must be there.
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return out.getvalue().removesuffix("\r\n")


def _changed_csv(text: str, delimiter: str, header: str, values: Mapping[str, str]) -> str:
    names = [name.strip() for name in fields(header.encode(), delimiter)]
    row = csv_row(text.encode(), delimiter, names)
    for name in values:
        if name not in names:
            raise Invalid(f"There is no column {name!r}.", hint=f"There are: {', '.join(names)}.")
    cells = dict(zip(names, row, strict=True))
    made = {name: _filled(value, cells.get) for name, value in values.items()}
    return csv_line(
        [made.get(name, cell) for name, cell in zip(names, row, strict=True)], delimiter
    )


def _filled(value: str, get: Any) -> str:
    def found(match: re.Match[str]) -> str:
        there = get(match[1])
        if there is None or isinstance(there, dict | list):
            return match[0] if there is None else encode(there).decode()
        return there if isinstance(there, str) else encode(there).decode()

    return _PLACEHOLDER.sub(found, value)


def _at(row: Any, path: str) -> Any:
    for step in path.split("."):
        row = row.get(step) if isinstance(row, dict) else None
    return row


def _set(row: dict[str, Any], path: str, value: Any) -> None:
    *steps, last = path.split(".")
    for step in steps:
        inner = row.setdefault(step, {})
        if not isinstance(inner, dict):
            raise Invalid(f"{step} is no object.", hint="Give the whole text of the row.")
        row = inner
    row[last] = value


def _value(text: str) -> Any:
    try:
        return parse(text.encode())
    except Invalid:
        return text
