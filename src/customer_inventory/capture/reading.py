"""Reading a file as chunks: one pass, bounded memory.

A chunk is the bytes of whole rows. Here they are only counted and told apart; what they
mean is found out elsewhere (`rows`), in parallel. How far a file was read is a byte
offset with the SHA-256 of all bytes before it, which proves that a file is the one of
which a part was read earlier.
"""

import hashlib
import os
import stat
from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from customer_inventory.capture.mapping import Mapping
from customer_inventory.capture.rows import LONGEST, TOO_LONG, fields, lines_end, rows_end, split
from customer_inventory.kit.errors import Invalid, Unavailable

KEPT_OF_ROW = 4096
"""Bytes that are kept of a row which is too long."""

_BOM = b"\xef\xbb\xbf"
_BLOCK = 1_048_576
_SIGNATURES = {
    b"\x1f\x8b": ("is compressed with gzip", "Unpack it first."),
    b"\x28\xb5\x2f\xfd": ("is compressed with zstd", "Unpack it first."),
    b"PK\x03\x04": ("is a workbook or a ZIP archive", "Save the table in it as CSV in UTF-8."),
    b"\xff\xfe": ("is text in UTF-16", "Save it in UTF-8."),
    b"\xfe\xff": ("is text in UTF-16", "Save it in UTF-8."),
    b"": ("is binary", "Give a text file: CSV or NDJSON in UTF-8."),
}
_SHOWN_COLUMNS = 30


@dataclass(frozen=True, slots=True)
class Position:
    """How far a file was read: its next line (from 1) and byte, the SHA-256 of all before."""

    line: int
    offset: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of a row besides what stands in it.

    When its source said it (`at`), or as the how manyth thing (`number`); `is_gone` is one that the
    source does not have any more.
    """

    at: datetime | None = None
    number: Decimal | None = None
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows that are worked on together: `text`, whose first line is number `line`.

    A row that is longer than a row may be stands alone: `too_long` is its beginning, and there
    is no `text`. `end` is where the next chunk begins, `said` what is known of rows besides, by
    line.
    """

    text: bytes
    line: int
    end: Position
    delimiter: bytes | None
    too_long: bytes = b""
    said: AbstractMapping[int, Said] = field(default_factory=dict)

    def rows(self, only: Collection[int] | None = None) -> Iterator[tuple[int, bytes, str]]:
        """Yield its rows, or those `only` at some lines.

        Each is a line, its bytes without line end, and why it is no row ("" if it is one).
        """
        if self.too_long and (only is None or self.line in only):
            yield self.line, self.too_long, TOO_LONG
        yield from split(self.text, self.delimiter, self.line, only)


class SourceFile:
    """A file of rows in the format of a mapping.

    Making one looks at the file and raises Invalid when it cannot be read, is empty, binary
    or lacks a column of the mapping. `header` names the columns (CSV), `size` is in bytes, `name`
    is what it is called if that is not its path.
    """

    def __init__(self, path: Path, mapping: Mapping, name: str = "") -> None:
        self.path = path
        self.name = name or str(path)
        self.header: Sequence[str] = ()
        self._delimiter = mapping.delimiter.encode() if mapping.format == "csv" else None
        with opened(path) as file:
            self.size = os.fstat(file.fileno()).st_size
            reader = _Reader(file, self._delimiter)
            reader.take(_begin(self.name, file), 0)
            if self._delimiter:
                self.header = _header(self.name, reader, mapping)
            self._start = reader.position
        self._digest = reader.digest

    def resumed(self, earlier: Iterable[Position]) -> Position:
        """Return the furthest of `earlier` positions that lies in this very file, else its start.

        Reads the file up to there.
        """
        known = {place.offset: place for place in earlier if place.offset <= self.size}
        digest = hashlib.sha256()
        found = self._start
        with opened(self.path) as file:
            for offset in sorted(known):
                while block := file.read(min(_BLOCK, offset - file.tell())):
                    digest.update(block)
                if digest.hexdigest() == known[offset].sha256:
                    found, self._digest = known[offset], digest.copy()
        return found

    def chunks(self, start: Position, *, rows: int, size: int) -> Iterator[Chunk]:
        """Yield the rows from `start`, what `resumed` returned, at most `rows` at a time.

        A chunk ends with the row that makes it `size` bytes or more. Raises Unavailable when
        the file cannot be read on.
        """
        with opened(self.path) as file:
            file.seek(start.offset)
            reader = _Reader(file, self._delimiter, start.line, start.offset, self._digest.copy())
            try:
                while chunk := reader.chunk(rows, size):
                    yield chunk
            except OSError as error:
                raise Unavailable(f"{self.name} cannot be read on: {error.strerror}.") from None


@dataclass
class _Reader:
    """Reads an open file: CSV with a delimiter, NDJSON without."""

    file: BinaryIO
    delimiter: bytes | None
    line: int = 1
    offset: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    ahead: bytes = b""
    """What was read of the file from `offset` on."""

    @property
    def position(self) -> Position:
        """Where the next row begins."""
        return Position(self.line, self.offset, self.digest.hexdigest())

    def chunk(self, rows: int, size: int) -> Chunk | None:
        """Return the next rows, None at the end of the file."""
        line = self.line
        end, lines = self._end_of_rows(rows, size)
        if end:
            text = self.take(end, lines)
            return Chunk(text, line, self.position, self.delimiter)
        if not self.ahead:
            return None
        beginning = self._skip_row()
        return Chunk(b"", line, self.position, self.delimiter, beginning)

    def take(self, count: int, lines: int) -> bytes:
        """Return the next `count` bytes, in which so many lines end, and move behind them."""
        self._fill(count)
        taken, self.ahead = self.ahead[:count], self.ahead[count:]
        self.digest.update(taken)
        self.offset += len(taken)
        self.line += lines
        return taken

    def _fill(self, count: int) -> bool:
        """Read until `count` bytes are ahead; tell whether there were so many."""
        if len(self.ahead) < count:
            self.ahead += self.file.read(count - len(self.ahead))
        return len(self.ahead) >= count

    def _end_of_rows(self, rows: int, size: int) -> tuple[int, int]:
        """Return how many bytes and lines the next rows have; 0 when the first is too long."""
        is_last = not self._fill(size)
        if self.delimiter and b'"' in self.ahead:
            self._fill(size + LONGEST + 1)  # a row that begins before `size` can be seen whole
            end = rows_end(self.ahead, rows, size, self.delimiter)
            return end, self.ahead.count(b"\n", 0, end)
        end, lines = lines_end(self.ahead, rows, is_last=is_last)
        if end or is_last:
            return end, lines
        is_last = not self._fill(LONGEST + 1)
        return lines_end(self.ahead, 1, is_last=is_last)

    def _skip_row(self) -> bytes:
        """Move behind a line that is too long; return its beginning."""
        beginning = self.ahead[:KEPT_OF_ROW]
        while self.ahead and b"\n" not in self.ahead:
            self.take(len(self.ahead), 0)
            self._fill(_BLOCK)
        self.take(self.ahead.find(b"\n") + 1, 1)
        return beginning


def opened(path: Path) -> BinaryIO:
    """Open a regular file to be read; raise Invalid when it is none, or cannot be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Invalid(f"{path} is no regular file.", hint="Give the path of a file.")
        return path.open("rb", buffering=_BLOCK)
    except OSError as error:
        raise Invalid(
            f"{path} cannot be read: {error.strerror}.", hint="Check its path and its rights."
        ) from None


def _begin(name: str, file: BinaryIO) -> int:
    """Look at the beginning of `file`; return how many bytes precede its text."""
    probe = file.read(_BLOCK)
    file.seek(0)
    if not probe:
        raise Invalid(f"{name} is empty.", hint="Nothing was loaded.")
    for signature, (what, hint) in _SIGNATURES.items():
        if (signature and probe.startswith(signature)) or (not signature and b"\0" in probe):
            raise Invalid(f"{name} {what}.", hint=hint)
    return len(_BOM) if probe.startswith(_BOM) else 0


def _header(name: str, reader: _Reader, mapping: Mapping) -> tuple[str, ...]:
    first = reader.chunk(1, LONGEST)
    raw = first.text.rstrip(b"\r\n") if first else b""
    if not raw.strip():
        raise Invalid(f"{name} begins with no header.", hint="Name the columns in its first line.")
    try:
        header = tuple(each.strip() for each in fields(raw, mapping.delimiter))
    except Invalid as error:
        raise Invalid(f"The header of {name} {error.message}") from None
    for column in mapping.columns:
        if header.count(column) > 1:
            raise Invalid(
                f"{name} has {header.count(column)} columns {column!r}.", hint="Rename one."
            )
    missing = [each for each in mapping.columns if each not in header]
    if missing:
        raise Invalid(
            f"{name} lacks the column {', '.join(missing)} of the mapping {mapping.name}.",
            hint=f"It has: {', '.join(header[:_SHOWN_COLUMNS])}."
            + ("" if len(header) > 1 else f" Is {mapping.delimiter!r} its delimiter?"),
        )
    return header
