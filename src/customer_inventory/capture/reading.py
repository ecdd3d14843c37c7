"""Reading a file as chunks of rows: one pass, bounded memory, every row with its line number.

A row is still bytes here, a line of NDJSON or a record of CSV, which a quoted line end
carries over several lines. What its bytes mean is found out elsewhere (`rows`), in
parallel. How far a file was read is a byte offset with the SHA-256 of all bytes before
it, which proves that a file is the one of which a part was read earlier.
"""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from customer_inventory.capture.mapping import Mapping
from customer_inventory.capture.rows import fields, is_open
from customer_inventory.kit.errors import Invalid, Unavailable

LONGEST_ROW = 1_048_576
"""Bytes that a row may have, its line end included."""
KEPT_OF_ROW = 4096
"""Bytes that are kept of a row which cannot be read."""

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
class Fault:
    """A row that could not be read whole: its line, the first of its bytes, and why."""

    line: int
    raw: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows that are worked on together, by line, without line ends; `end` is what comes next."""

    rows: list[tuple[int, bytes]]
    faults: list[Fault]
    end: Position


class SourceFile:
    """A file of rows in the format of a mapping.

    Making one looks at the file and raises Invalid when it cannot be read, is empty, binary
    or lacks a column of the mapping. `header` names the columns (CSV), `size` is in bytes.
    """

    def __init__(self, path: Path, mapping: Mapping) -> None:
        self.path = path
        self.header: Sequence[str] = ()
        self._delimiter = mapping.delimiter.encode() if mapping.format == "csv" else None
        with _opened(path) as file:
            self.size = os.fstat(file.fileno()).st_size
            reader = _Reader(file, self._delimiter)
            reader.skip(_begin(path, file))
            if self._delimiter:
                self.header = _header(path, reader, mapping)
            self._start = reader.position()
        self._digest = reader.digest

    def resumed(self, earlier: Iterable[Position]) -> Position:
        """Return the furthest of `earlier` positions that lies in this very file, else its start.

        Reads the file up to there.
        """
        known = {place.offset: place for place in earlier if place.offset <= self.size}
        digest = hashlib.sha256()
        found = self._start
        with _opened(self.path) as file:
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
        with _opened(self.path) as file:
            file.seek(start.offset)
            digest = self._digest.copy()
            reader = _Reader(file, self._delimiter, start.line, start.offset, digest)
            try:
                while chunk := reader.chunk(rows, size):
                    yield chunk
            except OSError as error:
                raise Unavailable(f"{self.path} cannot be read on: {error.strerror}.") from None


@dataclass
class _Reader:
    """Reads rows from an open file: CSV with a delimiter, NDJSON without."""

    file: BinaryIO
    delimiter: bytes | None
    line: int = 1
    offset: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    _read: list[bytes] = field(default_factory=list)

    def position(self) -> Position:
        """Return where the next row begins."""
        self.digest.update(b"".join(self._read))
        self._read.clear()
        return Position(self.line, self.offset, self.digest.hexdigest())

    def skip(self, count: int) -> None:
        """Read `count` bytes that belong to no row."""
        self._take(self.file.read(count))

    def chunk(self, rows: int, size: int) -> Chunk | None:
        """Return the next chunk, None at the end of the file."""
        good: list[tuple[int, bytes]] = []
        faults: list[Fault] = []
        begun = self.offset
        while len(good) + len(faults) < rows and self.offset - begun < size:
            row = self.row()
            if row is None:
                break
            if isinstance(row, Fault):
                faults.append(row)
            elif row[1]:
                good.append(row)
        if self.offset == begun:
            return None
        return Chunk(good, faults, self.position())

    def row(self) -> tuple[int, bytes] | Fault | None:
        """Return the next row (empty for a blank line), None at the end of the file."""
        line = self.line
        raw = self.file.readline(LONGEST_ROW + 1)
        if not raw:
            return None
        self.line += 1
        self._take(raw)
        if len(raw) > LONGEST_ROW:
            self._skip_line(raw)
            return Fault(line, raw[:KEPT_OF_ROW], f"is longer than {LONGEST_ROW} bytes.")
        if self.delimiter and b'"' in raw and is_open(raw, self.delimiter):
            rest = self._quoted_lines(self.delimiter, LONGEST_ROW - len(raw))
            if rest is None:
                return Fault(line, raw[:KEPT_OF_ROW], "opens a quote that is never closed.")
            raw += rest
        return line, raw.rstrip(b"\r\n") if not raw.isspace() else b""

    def _skip_line(self, raw: bytes) -> None:
        while raw and not raw.endswith(b"\n"):
            raw = self.file.readline(_BLOCK)
            self._take(raw)

    def _quoted_lines(self, delimiter: bytes, most: int) -> bytes | None:
        """Read on to the line that closes the quote; None, nothing read, when none does."""
        lines: list[bytes] = []
        inside = True
        while inside and most > 0:
            raw = self.file.readline(most)
            if not raw:
                break
            lines.append(raw)
            most -= len(raw)
            inside = is_open(raw, delimiter, inside=True)
        if inside:
            self.file.seek(self.offset)
            return None
        self.line += len(lines)
        rest = b"".join(lines)
        self._take(rest)
        return rest

    def _take(self, raw: bytes) -> None:
        self._read.append(raw)
        self.offset += len(raw)


def _opened(path: Path) -> BinaryIO:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Invalid(f"{path} is no regular file.", hint="Give the path of a file.")
        return path.open("rb", buffering=_BLOCK)
    except OSError as error:
        raise Invalid(
            f"{path} cannot be read: {error.strerror}.", hint="Check its path and its rights."
        ) from None


def _begin(path: Path, file: BinaryIO) -> int:
    """Look at the beginning of `file`; return how many bytes precede its text."""
    probe = file.read(_BLOCK)
    file.seek(0)
    if not probe:
        raise Invalid(f"{path} is empty.", hint="Nothing was loaded.")
    for signature, (what, hint) in _SIGNATURES.items():
        if (signature and probe.startswith(signature)) or (not signature and b"\0" in probe):
            raise Invalid(f"{path} {what}.", hint=hint)
    return len(_BOM) if probe.startswith(_BOM) else 0


def _header(path: Path, reader: _Reader, mapping: Mapping) -> tuple[str, ...]:
    row = reader.row()
    if not isinstance(row, tuple) or not row[1]:
        raise Invalid(f"{path} begins with no header.", hint="Name the columns in its first line.")
    try:
        header = tuple(name.strip() for name in fields(row[1], mapping.delimiter))
    except Invalid as error:
        raise Invalid(f"The header of {path} {error.message}") from None
    for name in mapping.columns:
        if header.count(name) > 1:
            raise Invalid(f"{path} has {header.count(name)} columns {name!r}.", hint="Rename one.")
    missing = [name for name in mapping.columns if name not in header]
    if missing:
        raise Invalid(
            f"{path} lacks the column {', '.join(missing)} of the mapping {mapping.name}.",
            hint=f"It has: {', '.join(header[:_SHOWN_COLUMNS])}."
            + ("" if len(header) > 1 else f" Is {mapping.delimiter!r} its delimiter?"),
        )
    return header
