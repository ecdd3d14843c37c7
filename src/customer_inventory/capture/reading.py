"""Reading a file as chunks of rows: one pass, bounded memory, every row with its line number.

A row is still bytes here, a line of NDJSON or a record of CSV, which a quoted line end
carries over several lines. What its bytes mean is found out elsewhere (`rows`), in
parallel. Progress is a byte offset, and the SHA-256 of all bytes before it: that proves
that a file is the one of which a part was read earlier.
"""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from customer_inventory.capture.mapping import Mapping
from customer_inventory.capture.rows import fields, is_open
from customer_inventory.kit.errors import Invalid, Unavailable

LONGEST_ROW = 1_048_576
"""Bytes a row may have, its line end included."""

_BOM = b"\xef\xbb\xbf"
_PROBE = 65_536
_BLOCK = 4 * 1_048_576
_SIGNATURES = {
    b"\x1f\x8b": ("compressed with gzip", "Unpack it first."),
    b"PK\x03\x04": ("a ZIP archive or a workbook", "Save the table in it as CSV in UTF-8."),
    b"\x28\xb5\x2f\xfd": ("compressed with zstd", "Unpack it first."),
    b"\xff\xfe": ("UTF-16 text", "Save it as UTF-8."),
    b"\xfe\xff": ("UTF-16 text", "Save it as UTF-8."),
}


@dataclass(frozen=True, slots=True)
class Position:
    """How far a file was read: the next line (from 1), its offset, the SHA-256 of all before."""

    line: int
    offset: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows that are worked on together: pairs of line number and bytes, without line end.

    `faults` are rows that could not be read whole: line, the bytes there were, and why not.
    `end` is where the next chunk begins.
    """

    rows: list[tuple[int, bytes]]
    faults: list[tuple[int, bytes, str]]
    end: Position


class SourceFile:
    """A file of rows, as the format of `mapping` says; raises Invalid when it is no such file.

    `header` are the names of the columns (CSV), `size` its bytes when it was opened.
    """

    def __init__(self, path: Path, mapping: Mapping) -> None:
        self.path = path
        self._is_csv = mapping.format == "csv"
        self._delimiter = mapping.delimiter.encode()
        with self._opened() as file:
            self.size = os.fstat(file.fileno()).st_size
            _check(path, file)
            start = file.tell()
            self.header = self._read_header(file, mapping) if self._is_csv else ()
            self._start = self._position_after_header(file, start)

    def resumed(self, earlier: Iterable[Position]) -> Position:
        """Return the furthest of `earlier` positions that is one of this very file, or the start.

        Reads the file up to there, once.
        """
        known = {position.offset: position for position in earlier if position.offset <= self.size}
        digest = hashlib.sha256()
        found = self._start
        with self._opened() as file:
            for offset in sorted(known):
                _feed(digest, file, offset)
                if digest.hexdigest() == known[offset].sha256:
                    found = known[offset]
        return found

    def chunks(self, start: Position, *, rows: int, size: int) -> Iterator[Chunk]:
        """Yield the rows from `start` on, at most `rows` and about `size` bytes at a time.

        Raises Unavailable when the file cannot be read on.
        """
        digest = hashlib.sha256()
        with self._opened() as file:
            _feed(digest, file, start.offset)
            reader = _RowReader(file, self._delimiter if self._is_csv else b"", start.line)
            try:
                while chunk := reader.chunk(digest, rows, size):
                    yield chunk
            except OSError as error:
                raise Unavailable(f"{self.path} cannot be read on: {error.strerror}.") from None

    def _opened(self) -> BinaryIO:
        try:
            if not stat.S_ISREG(self.path.stat().st_mode):
                raise Invalid(f"{self.path} is no regular file.", hint="Give the path of a file.")
            return self.path.open("rb")
        except OSError as error:
            raise Invalid(
                f"{self.path} cannot be read: {error.strerror}.", hint="Check its path and rights."
            ) from None

    def _read_header(self, file: BinaryIO, mapping: Mapping) -> tuple[str, ...]:
        row = next(_RowReader(file, self._delimiter, 1).rows(), None)
        if row is None or isinstance(row[-1], str):
            raise Invalid(
                f"{self.path} begins with no header.", hint="A CSV file names its columns first."
            )
        try:
            header = tuple(name.strip() for name in fields(row[1], mapping.delimiter))
        except Invalid as error:
            raise Invalid(f"The header of {self.path} {error.message}") from None
        check_header(header, mapping)
        return header
