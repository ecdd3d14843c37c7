"""Rows: what the bytes of one mean, or why they mean nothing."""

import csv
from collections.abc import Sequence
from typing import Any

from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import parse


class Unreadable(Invalid):
    """The bytes of a row are no row of the declared format."""

    code = "unreadableRow"


def is_open(line: bytes, delimiter: bytes, *, inside: bool = False) -> bool:
    """Tell whether `line` of a CSV record ends inside quotes, as it began when `inside`.

    A quote opens at the start of a field only, as RFC 4180 and every spreadsheet have it.
    """
    place = 0
    if not inside and line.startswith(b'"'):
        inside, place = True, 1
    while True:
        if inside:
            place = line.find(b'"', place) + 1
            if not place:
                return True
            if line[place : place + 1] == b'"':
                place += 1
                continue
            inside = False
        else:
            place = line.find(delimiter + b'"', place) + 1 + len(delimiter)
            if place == len(delimiter):
                return False
            inside = True


def fields(raw: bytes, delimiter: str) -> list[str]:
    """Return the fields of a CSV record; raise Unreadable."""
    text = _decoded(raw)
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


def _decoded(raw: bytes) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"is not UTF-8 at its byte {error.start + 1}.") from None
    if "\x00" in text:
        raise Unreadable("holds the character U+0000.")
    return text
