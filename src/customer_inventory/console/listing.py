"""Lists as the console shows them: one page by keyset, with filters, orders and what comes next."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, TypeVar

from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.report.text import guarded

Kind = Literal[
    "text", "name", "time", "date", "number", "share", "money", "state", "code", "size", "ours"
]
"""How a column is shown. `name` is what people called something: its direction is its own; `size`
is bytes, unless the row's `unit` says otherwise; `ours` is what the product says, in English."""


@dataclass(frozen=True)
class Column:
    """A column: the key of its cells, what stands above them, and how they are shown.

    `sort` is the word with which the list is ordered by it, None where it cannot be. The cells of
    the first column lead to `_href` of their row, if there is one.
    """

    key: str
    label: str
    kind: Kind = "text"
    sort: str | None = None


@dataclass(frozen=True)
class Filter:
    """What a list can be narrowed by: a parameter of its address.

    `choices` are value and label, none where anything can be typed; `kind` is that of the input.
    `every` says what it means to choose none of them, where that is not all.
    """

    name: str
    label: str
    choices: tuple[tuple[str, str], ...] = ()
    kind: Literal["text", "date", "search"] = "text"
    every: str = ""


@dataclass(frozen=True)
class Listing:
    """A page of a list. Rows are by the keys of the columns; keys with `_` are for the page alone.

    `after` is where the next page begins, None at the end. `empty` says what it means that there is
    nothing, and `empty_hint` what can be done. `caption` names the table for those who hear it.
    """

    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    caption: str
    after: str | None = None
    filters: Sequence[Filter] = ()
    empty: str = ""
    empty_hint: str = ""
    totals: Mapping[str, Any] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """Return the list for programs."""
        rows = [{column.key: row.get(column.key) for column in self.columns} for row in self.rows]
        return {"rows": rows, **({"after": self.after} if self.after else {})}


Key = tuple[str | int, ...]
Keyed = tuple[Key, Mapping[str, Any]]
"""A row, and what it is ordered by."""
Told = TypeVar("Told")


def page_of(
    rows: Iterable[tuple[Key, Told]], after: str | None, size: int = 100
) -> tuple[list[Told], str | None]:
    """Return the page of rows behind the key `after`, in order, and where the next one begins.

    Each comes with what it is ordered by. They need be no rows of a table yet: only those of the
    page are made to such.
    """
    ordered = sorted(rows, key=lambda each: each[0])
    begin = key_of(after)
    try:
        rest = [each for each in ordered if not begin or each[0] > begin]
    except TypeError:
        raise _nowhere() from None
    shown = rest[:size]
    return [row for _, row in shown], key_text(shown[-1][0]) if len(rest) > size else None


def key_of(after: str | None, *kinds: type) -> Key:
    """Return the key that an address names, () for none; raise Invalid for no key of `kinds`."""
    if not after:
        return ()
    try:
        found = tuple(json.loads(after))
    except (TypeError, ValueError):
        raise _nowhere() from None
    if kinds and tuple(type(each) for each in found) != kinds:
        raise _nowhere()
    return found


def key_text(key: Key) -> str:
    """Return a key as addresses name it."""
    return json.dumps(key)


def _nowhere() -> Invalid:
    return Invalid("is no place in this list.", path="after")


def as_csv(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return rows as CSV (RFC 4180, UTF-8), keys first; nothing in it is taken for a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([column.key for column in columns])
    writer.writerows([[cell(row.get(column.key)) for column in columns] for row in rows])
    return buffer.getvalue().encode()


def flat(content: object, path: str = "") -> list[tuple[str, Any]]:
    """Return what stands at each path of a document: pairs of path and value, in its order."""
    if isinstance(content, Mapping):
        pairs = [(f"{path}.{key}" if path else str(key), part) for key, part in content.items()]
    elif isinstance(content, list | tuple):
        pairs = [(f"{path}[{place}]", part) for place, part in enumerate(content)]
    else:
        return [(path, content)]
    return [found for where, part in pairs for found in flat(part, where)]


def cell(value: object) -> str:
    """Return a value as a cell of CSV."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case datetime() | date():
            return value.isoformat()
        case int() | float():
            return str(value)
    return "" if value is None else guarded(str(value.value if isinstance(value, Enum) else value))
