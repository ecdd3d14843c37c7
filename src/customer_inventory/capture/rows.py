"""Rows: where one ends in a text, and what its bytes mean or why they mean nothing."""

import csv
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import parse

LONGEST = 1_048_576
"""Bytes that a row may have."""


TOO_LONG = f"is longer than a row may be, {LONGEST:,} bytes."


class Unreadable(Invalid):
    """The bytes of a row are no row of the declared format."""

    code = "unreadableRow"


def lines_end(text: bytes, lines: int, *, is_last: bool) -> tuple[int, int]:
    """Return where the first `lines` lines of `text` end, or all that do, and how many line ends.

    If it is the last text of a file, its last line needs none. 0 when no line ends.
    """
    end = len(text) if is_last else text.rfind(b"\n") + 1
    count = text.count(b"\n", 0, end)
    if count + (not text.endswith(b"\n", 0, end)) <= lines:
        return end, count
    end = 0
    for _ in range(lines):
        end = text.find(b"\n", end) + 1
    return end, lines


def rows_end(text: bytes, rows: int, size: int, delimiter: bytes) -> int:
    """Return where the first `rows` rows of CSV end, or the one that passes `size`."""
    end = 0
    while rows and end < min(size, len(text)):
        after, _ = _row_end(text, end, delimiter)
        if after - end > LONGEST:
            break
        end = after
        rows -= 1
    return end


def split(
    text: bytes, delimiter: bytes | None, line: int, only: Collection[int] | None = None
) -> Iterator[tuple[int, bytes, str]]:
    """Yield the rows of `text`, whose first line is number `line`: all, or those `only`, by line.

    Each with its line, its bytes without line end, and why it is no row ("" if it is one); CSV
    has a `delimiter`. Blank rows are left out.
    """
    if delimiter is None or b'"' not in text:
        lines = text.split(b"\n")
        there = range(line, line + len(lines))
        for number in there if only is None else sorted(each for each in only if each in there):
            raw = lines[number - line]
            if raw and not raw.isspace():
                yield number, raw.rstrip(b"\r"), TOO_LONG if len(raw) > LONGEST else ""
        return
    start = 0
    while start < len(text):
        end, fault = _row_end(text, start, delimiter)
        raw = text[start:end]
        if not raw.isspace() and (only is None or line in only):
            yield line, raw.rstrip(b"\r\n"), fault
        line += raw.count(b"\n")
        start = end


def _row_end(text: bytes, start: int, delimiter: bytes) -> tuple[int, str]:
    """Return where the row of CSV that begins at `start` ends, and why it is none ("": it is).

    A row goes on over line ends in quotes, which open at the start of a field only, as in
    RFC 4180. One whose quote is not closed is its first line, and no row.
    """
    first_end = _line_end(text, start)
    if text.find(b'"', start, first_end) < 0:
        return first_end, TOO_LONG if first_end - start > LONGEST else ""
    place = start
    is_inside = text.startswith(b'"', start)
    while True:
        if is_inside:
            place = _closing_quote(text, place + 1, start + LONGEST) + 1
            if not place:
                return first_end, "opens a quote that is never closed."
        end = _line_end(text, place)
        place = text.find(delimiter + b'"', place, end) + len(delimiter)
        if place < len(delimiter):
            return end, TOO_LONG if end - start > LONGEST else ""
        is_inside = True


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
