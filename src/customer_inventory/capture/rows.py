"""Rows: where one ends in a text, and what its bytes mean or why they mean nothing."""

import csv
from collections.abc import Iterator, Sequence
from typing import Any

from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import parse

LONGEST = 1_048_576
"""Bytes that a row may have."""


class Unreadable(Invalid):
    """The bytes of a row are no row of the declared format."""

    code = "unreadableRow"


def row_end(text: bytes, start: int, delimiter: bytes | None) -> tuple[int, bool]:
    """Return where the row that begins at `start` ends, after its line end, and if it is whole.

    A row of CSV (with a `delimiter`) goes on over line ends in quotes, which open at the start
    of a field only, as in RFC 4180. One whose quote is not closed is its first line, not whole.
    """
    first_end = _line_end(text, start)
    if delimiter is None or text.find(b'"', start, first_end) < 0:
        return first_end, True
    place = start
    is_inside = text.startswith(b'"', start)
    while True:
        if is_inside:
            place = _closing_quote(text, place + 1, start + LONGEST) + 1
            if not place:
                return first_end, False
        end = _line_end(text, place)
        place = text.find(delimiter + b'"', place, end) + len(delimiter)
        if place < len(delimiter):
            return end, True
        is_inside = True


def split(text: bytes, delimiter: bytes | None, line: int) -> Iterator[tuple[int, bytes, bool]]:
    """Yield the rows of `text`, whose first line is number `line`: line, bytes, if it is whole.

    Line ends are cut off, blank rows left out.
    """
    if delimiter is None or b'"' not in text:
        for number, raw in enumerate(text.split(b"\n"), start=line):
            if raw and not raw.isspace():
                yield number, raw.rstrip(b"\r"), True
        return
    start = 0
    while start < len(text):
        end, is_whole = row_end(text, start, delimiter)
        raw = text[start:end]
        if not raw.isspace():
            yield line, raw.rstrip(b"\r\n"), is_whole
        line += raw.count(b"\n")
        start = end


def fields(raw: bytes, delimiter: str) -> list[str]:
    """Return the fields of a CSV record; raise Unreadable."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"is not UTF-8 at its byte {error.start + 1}.") from None
    if "\x00" in text:
        raise Unreadable("holds the character U+0000.")
    if '"' not in text:
        return text.split(delimiter)
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Unreadable(f"is no CSV record: {error}.") from None


def csv_row(raw: bytes, delimiter: str, header: Sequence[str]) -> list[str]:
    """Return the fields of a CSV record, as many as `header` has; raise Unreadable."""
    row = fields(raw, delimiter)
    if len(row) != len(header):
        raise Unreadable(f"has {len(row)} fields where the header has {len(header)}.")
    return row


def json_row(raw: bytes) -> dict[str, Any]:
    """Return the JSON object in a line of NDJSON; raise Invalid."""
    row = parse(raw)
    if not isinstance(row, dict):
        raise Unreadable("is no JSON object.")
    return row


def _closing_quote(text: bytes, place: int, stop: int) -> int:
    """Return the first quote from `place` that is not doubled, -1 for none before `stop`."""
    while True:
        place = text.find(b'"', place, stop)
        if place < 0 or text[place + 1 : place + 2] != b'"':
            return place
        place += 2


def _line_end(text: bytes, start: int) -> int:
    return text.find(b"\n", start) + 1 or len(text)
