"""Conversions: what a mapping may do to the text of a column before it becomes an attribute.

A conversion is a function from text (trimmed, never empty) to a JSON value. It returns
None for a value to leave out and raises Unfit for text that it cannot take. Reasons tell
what was expected and never repeat the text: it is a customer's data.
"""

import calendar
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from customer_inventory.kit.located import Value, nearest

Convert = Callable[[str], Any]
Members = Mapping[str, Value]

_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,18}(\.[0-9]{1,18})?")
_YES = ("true", "yes", "y", "1")
_NO = ("false", "no", "n", "0")
_FIRST_YEAR_MONTH = 12


class Unfit(ValueError):
    """A text that a conversion cannot take; says what it expects."""


def conversion(members: Members) -> Convert:
    """Return the conversion that `members`, the keys beside a `column`, declare.

    Raises FileError for keys that do not go together.
    """
    kind = members.get("as")
    name = kind.text() if kind else "text"
    if kind and name not in _BUILDERS:
        raise kind.wrong(f"{name!r} is no conversion.{nearest(name, _BUILDERS)}")
    if kind and "values" in members:
        raise kind.wrong("does not go with values: they are what the column becomes.")
    allowed, build = _BUILDERS["values" if "values" in members else name]
    for option, owners in _OWNERS.items():
        if option in members and option not in allowed:
            raise members[option].wrong(f"goes with {owners} only.")
    return _splitting(members, build(members))


def _text(_: Members) -> Convert:
    return lambda text: text


def _number(members: Members) -> Convert:
    plain = _punctuation(members)

    def convert(text: str) -> int | float:
        written = plain(text)
        if _WHOLE.fullmatch(written):
            return int(written)
        if _DECIMAL.fullmatch(written):
            return float(written)
        raise Unfit("does not hold a number")

    return convert


def _integer(members: Members) -> Convert:
    plain = _punctuation(members)

    def convert(text: str) -> int:
        written = plain(text)
        if not _WHOLE.fullmatch(written):
            raise Unfit("does not hold a whole number")
        return int(written)

    return convert


def _punctuation(members: Members) -> Callable[[str], str]:
    """Return what turns a number as the source writes it into one as JSON does."""
    thousands = members["thousands"].text() if "thousands" in members else ""
    implied = "," if thousands == "." else "."
    decimal = members["decimal"].text() if "decimal" in members else implied
    for name, mark in (("decimal", decimal), ("thousands", thousands)):
        if name in members and len(mark) != 1:
            raise members[name].wrong("must be one character.")
    if decimal == thousands:
        raise members["thousands"].wrong("must differ from the decimal mark.")
    if decimal == "." and not thousands:
        return lambda text: text

    # A point that is neither mark must not pass for the decimal one: it becomes unreadable.
    table = str.maketrans(
        {".": "?", thousands: "", decimal: "."} if thousands else {".": "?", decimal: "."}
    )
    return lambda text: text.translate(table)


def _boolean(members: Members) -> Convert:
    yes = members["true"].texts() if "true" in members else _YES
    no = members["false"].texts() if "false" in members else _NO
    words = {**dict.fromkeys(map(str.lower, yes), True), **dict.fromkeys(map(str.lower, no), False)}
    if len(words) < len(yes) + len(no):
        raise members["true" if "true" in members else "false"].wrong("has a word twice.")
    expected = f"holds none of {', '.join((*yes, *no))}"

    def convert(text: str) -> bool:
        try:
            return words[text.lower()]
        except KeyError:
            raise Unfit(expected) from None

    return convert


def _date(members: Members) -> Convert:
    read = _moment(members, "a date such as 2026-01-31")
    return lambda text: read(text).date().isoformat()


def _datetime(members: Members) -> Convert:
    read = _moment(members, "a date-time such as 2026-01-31T12:00:00Z")
    return lambda text: _instant(read(text))


def _moment(members: Members, expected: str) -> Callable[[str], datetime]:
    """Return the reader of moments in the declared formats (of strptime), or in ISO 8601."""
    formats = members["formats"].texts() if "formats" in members else ()
    for form in formats:
        if "%" not in form:
            raise members["formats"].wrong(f"{form!r} is no format such as %d/%m/%Y.")
    reason = (
        f"does not hold a date as {' or '.join(formats)}"
        if formats
        else (f"does not hold {expected}")
    )
    readers: list[Callable[[str], datetime]] = [datetime.fromisoformat]
    if formats:
        readers = [_reader(form) for form in formats]

    def read(text: str) -> datetime:
        for reader in readers:
            try:
                return reader(text)
            except ValueError:
                continue
        raise Unfit(reason)

    return read


def _reader(form: str) -> Callable[[str], datetime]:
    # Without an offset in the text a moment is taken as UTC, as everywhere in the record.
    return lambda text: datetime.strptime(text, form)  # noqa: DTZ007


def _instant(moment: datetime) -> str:
    """Return a moment as text in UTC; one without offset is taken as UTC."""
    try:
        instant = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise Unfit("holds a date outside the years 1 to 9999") from None
    return instant.isoformat().replace("+00:00", "Z")


def _months_before(members: Members) -> Convert:
    """Count months back from `date`: a tenure becomes the day it began."""
    if "date" not in members:
        raise members["as"].wrong("needs the key date, from which it counts back.")
    try:
        until = date.fromisoformat(members["date"].text())
    except ValueError:
        raise members["date"].wrong("is no date such as 2026-01-31.") from None

    def convert(text: str) -> str:
        if not text.isdecimal():
            raise Unfit("does not hold a number of months")
        month = until.year * 12 + until.month - 1 - int(text)
        if month < _FIRST_YEAR_MONTH:
            raise Unfit("holds too many months")
        year, month = divmod(month, 12)
        day = min(until.day, calendar.monthrange(year, month + 1)[1])
        return f"{year:04}-{month + 1:02}-{day:02}T00:00:00Z"

    return convert


def _values(members: Members) -> Convert:
    table = {word: value.plain() for word, value in members["values"].members().items()}
    if "otherwise" in members:
        otherwise = members["otherwise"].plain()
        return lambda text: table.get(text, otherwise)

    def convert(text: str) -> Any:
        try:
            return table[text]
        except KeyError:
            raise Unfit("holds a value that the mapping does not list") from None

    return convert


def _splitting(members: Members, convert: Convert) -> Convert:
    if "split" not in members:
        if "take" in members:
            raise members["take"].wrong("goes with split only.")
        return convert
    separator = members["split"].text()
    if "take" not in members:
        return lambda text: [convert(part) for part in _parts(text, separator)] or None
    place = members["take"].whole()
    if place == 0:
        raise members["take"].wrong("counts from 1, or from the end by -1.")
    place -= place > 0

    def take(text: str) -> Any:
        parts = _parts(text, separator)
        return convert(parts[place]) if -len(parts) <= place < len(parts) else None

    return take


def _parts(text: str, separator: str) -> list[str]:
    return [part.strip() for part in text.split(separator) if part.strip()]


_BUILDERS: dict[str, tuple[tuple[str, ...], Callable[[Members], Convert]]] = {
    "text": ((), _text),
    "number": (("decimal", "thousands"), _number),
    "integer": (("thousands",), _integer),
    "boolean": (("true", "false"), _boolean),
    "date": (("formats",), _date),
    "datetime": (("formats",), _datetime),
    "monthsBefore": (("date",), _months_before),
    "any": ((), _text),
    "values": (("values", "otherwise"), _values),
}
"""Each conversion with the options that belong to it."""

_OWNERS = {
    "decimal": "as: number",
    "thousands": "as: number or integer",
    "true": "as: boolean",
    "false": "as: boolean",
    "formats": "as: date or datetime",
    "date": "as: monthsBefore",
    "otherwise": "values",
}
OPTIONS = (*_OWNERS, "as", "values", "split", "take")
"""The keys that may stand beside a `column`."""
