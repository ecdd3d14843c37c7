"""Tables that are no text: workbooks and Parquet files become CSV, or NDJSON for such a mapping."""

import csv
import datetime as dt
import io
import os
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from customer_inventory.capture.arrival.spool import Bomb, Growing
from customer_inventory.capture.mapping import Mapping
from customer_inventory.kit.errors import Invalid, Unavailable
from customer_inventory.record.document import encode

PARQUET = b"PAR1"
_MOST_OF_WORKBOOK = 512 * 1_048_576
"""A workbook is read into memory: so many bytes of it, unpacked."""
_PIECE = 1_048_576
_ROWS = 1000


class Unopened(Invalid):
    """A table cannot be opened or read."""

    code = "unreadableTable"


def of_workbook(path: Path, mapping: Mapping, sheet: str | None, into: Growing) -> None:
    """Write the rows of a sheet, the first unless named, of a workbook (XLSX) as text.

    A cell with a formula has what it was last worked out to be. Raises Unopened, Unavailable where
    the library is missing, and Bomb for a workbook that is larger than it may be.
    """
    _demand("python_calamine", "workbooks", "xlsx")
    _measure(path)
    import python_calamine as calamine  # noqa: PLC0415 - an extra

    try:
        with calamine.CalamineWorkbook.from_path(str(path)) as book:
            name = sheet or book.sheet_names[0]
            rows = (list(map(_cell, row)) for row in book.get_sheet_by_name(name).iter_rows())
            _write(rows, mapping, into)
    except calamine.WorksheetNotFound:
        listed = ", ".join(book.sheet_names)
        raise Unopened(f"has no sheet {sheet!r}.", hint=f"It has: {listed}.") from None
    except (calamine.CalamineError, IndexError) as error:
        raise Unopened(f"cannot be opened as a workbook: {error}.") from None


def of_parquet(path: Path, mapping: Mapping, into: Growing) -> None:
    """Write the rows of a Parquet file as text; raise Unopened, or Unavailable, or Bomb."""
    _demand("arro3", "Parquet files", "parquet")
    _look_at_end(path)
    from arro3.io import read_parquet, write_csv, write_ndjson  # noqa: PLC0415 - an extra

    out: Any = into  # all of a file that the library asks of one
    with _told(into):
        reader = read_parquet(str(path))
        if mapping.format == "csv":
            write_csv(reader, out, delimiter=mapping.delimiter)
        else:
            write_ndjson(reader, out)


@contextmanager
def _told(into: Growing) -> Iterator[None]:
    """Tell what the library fails of in our words: it has one exception for all, and a panic."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        if into.is_full:
            raise into.bomb() from None
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise Unopened(f"cannot be read as Parquet: {error}.") from None
        raise


def _look_at_end(path: Path) -> None:
    with path.open("rb") as file:
        file.seek(-min(path.stat().st_size, len(PARQUET)), os.SEEK_END)
        if file.read() != PARQUET:
            raise Unopened("is cut short: a Parquet file ends as it begins.")


def _measure(path: Path) -> None:
    """Raise Bomb for a workbook that is too large to be read into memory, whatever it says."""
    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                with archive.open(info) as part:
                    while piece := part.read(_PIECE):
                        total += len(piece)
                        if total > _MOST_OF_WORKBOOK:
                            raise Bomb(
                                f"has more than {_MOST_OF_WORKBOOK:,} bytes, unpacked.",
                                hint="Save the sheet as CSV in UTF-8, and pack that.",
                            )
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, EOFError) as error:
        raise Unopened(f"cannot be opened as a workbook: {error}.") from None


def _write(rows: Iterator[list[Any]], mapping: Mapping, into: Growing) -> None:
    if mapping.format == "csv":
        text = io.StringIO()
        writer = csv.writer(text, delimiter=mapping.delimiter, lineterminator="\r\n")
        for number, row in enumerate(rows, start=1):
            writer.writerow(["" if cell is None else _text(cell) for cell in row])
            if number % _ROWS == 0:
                _flush(text, into)
        _flush(text, into)
        return
    header = [_text(cell) if cell is not None else "" for cell in next(rows, [])]
    _check(header)
    for row in rows:
        named = {name: cell for name, cell in zip(header, row, strict=False) if name}
        into.write(encode({k: v for k, v in named.items() if v is not None}) + b"\n")


def _check(header: Sequence[str]) -> None:
    twice = next((name for name in header if name and header.count(name) > 1), None)
    if twice is not None:
        raise Unopened(f"has {header.count(twice)} columns {twice!r}.", hint="Rename one.")


def _flush(text: io.StringIO, into: Growing) -> None:
    into.write(text.getvalue().encode("utf-8", "replace"))
    text.seek(0)
    text.truncate()


def _cell(value: Any) -> Any:
    """Return a cell as JSON has it: a whole number without a fraction, moments in ISO 8601."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    return None if value == "" else value


def _text(cell: Any) -> str:
    return cell if isinstance(cell, str) else encode(cell).decode()


def _demand(module: str, what: str, extra: str) -> None:
    if find_spec(module) is None:
        raise Unavailable(
            f"This installation reads no {what}.", hint=f"Install customer-inventory[{extra}]."
        )
