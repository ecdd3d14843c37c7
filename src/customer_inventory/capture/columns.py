"""The columns of a row: by position in CSV, by dotted path in NDJSON."""

from collections.abc import Callable, Sequence
from typing import Any

from customer_inventory.capture.convert import Unfit
from customer_inventory.capture.mapping import Mapping
from customer_inventory.record.document import encode

Row = Any
"""A list of texts (CSV) or a JSON object (NDJSON)."""
Get = Callable[[Row], str | None]
"""Returns the text in a column of a row, trimmed; None when the source says it has none."""


class Columns:
    """How the columns of a row are read: by position (CSV), or by dotted path (NDJSON)."""

    def __init__(self, mapping: Mapping, header: Sequence[str]) -> None:
        self._nulls = mapping.nulls
        self._places = {name: place for place, name in enumerate(header)}
        self._is_csv = mapping.format == "csv"

    def texts(self, names: Sequence[str]) -> list[tuple[str, Get]]:
        """Return what reads the text in each column, with its name."""
        return [(name, self.text(name)) for name in names]

    def text(self, name: str) -> Get:
        """Return what reads the text in a column; it raises Unfit for an object or a list."""
        raw, nulls = self.raw(name), self._nulls

        def get(row: Row) -> str | None:
            value = raw(row)
            if value is None:
                return None
            text = (value if isinstance(value, str) else _written(value)).strip()
            return None if text in nulls else text

        return get

    def raw(self, name: str) -> Callable[[Row], Any]:
        """Return what reads the value in a column as it is, None when there is none."""
        if self._is_csv:
            place = self._places[name]
            return lambda row: row[place]
        steps = name.split(".")

        def walk(row: Row) -> Any:
            for step in steps:
                row = row.get(step) if isinstance(row, dict) else None
            return row

        return walk


def _written(value: Any) -> str:
    """Return a number or boolean of an NDJSON row as text, so that it converts like any other."""
    if isinstance(value, dict | list):
        raise Unfit("holds an object or a list: take it with as: any, or name what is in it")
    return encode(value).decode()
