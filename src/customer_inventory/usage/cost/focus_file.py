"""Files of FOCUS rows: CSV for everybody, Parquet with the types of the columns."""

import csv
import io
from collections.abc import Sequence
from importlib.util import find_spec

from customer_inventory.kit.errors import Unavailable
from customer_inventory.usage.cost.focus import NUMBERS, Cell, Row

_INSTANTS = ("BillingPeriodEnd", "BillingPeriodStart", "ChargePeriodEnd", "ChargePeriodStart")
_DIGITS, _DECIMALS = 38, 18


def as_csv(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    """Return rows as CSV (RFC 4180, UTF-8); null is an empty cell."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    writer.writerows([_text(row[name]) for name in columns] for row in rows)
    return buffer.getvalue().encode()


def as_parquet(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    """Return rows as Parquet: decimals, instants in UTC, and texts.

    Raises Unavailable without the extra `parquet`.
    """
    if find_spec("arro3") is None:
        raise Unavailable("Parquet needs the extra `parquet`.", hint="Or write a .csv file.")
    import arro3.core as arrow  # noqa: PLC0415 - an extra
    from arro3.io import write_parquet  # noqa: PLC0415

    text = arrow.DataType.string()
    kinds = dict.fromkeys(columns, text)
    kinds |= {name: arrow.DataType.timestamp("us", tz="UTC") for name in _INSTANTS}
    kinds |= {name: arrow.DataType.decimal128(_DIGITS, _DECIMALS) for name in NUMBERS}
    arrays = [
        arrow.Array([_text(row[name]) for row in rows], text).cast(kinds[name]) for name in columns
    ]
    schema = arrow.Schema([arrow.Field(name, kinds[name]) for name in columns])
    table = arrow.Table.from_arrays(arrays, schema=schema)
    buffer = io.BytesIO()
    write_parquet(table, buffer)
    return buffer.getvalue()


def _text(cell: Cell) -> str | None:
    return cell if cell is None or isinstance(cell, str) else f"{cell:f}"
