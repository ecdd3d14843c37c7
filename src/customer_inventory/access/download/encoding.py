"""Records as the lines of a file: NDJSON, CSV and Parquet, each chunk by itself.

A compressed chunk is a gzip member or a zstd frame of its own: put together they are one file that
every program reads, and a file goes on after any chunk. Of a Parquet file only the whole is one.
"""

import csv
import gzip
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Literal, Protocol

import zstandard

from customer_inventory.access.download.formula import guarded
from customer_inventory.access.download.mark import bit_of
from customer_inventory.kit.errors import Unavailable
from customer_inventory.record.document import encode, parse_object

Format = Literal["ndjson", "csv", "parquet"]
Compression = Literal["none", "gzip", "zstd"]

MEDIA: Mapping[Format, str] = {
    "ndjson": "application/x-ndjson",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
}
SUFFIX: Mapping[Compression, str] = {"none": "", "gzip": ".gz", "zstd": ".zst"}

OTHERS = "_others"
"""The column of all attributes that have none of their own, as a JSON object."""

_GZIP_LEVEL = 4
_ZSTD_LEVEL = 3


class Encoder(Protocol):
    """Writes one file, chunk after chunk."""

    goes_on: bool
    """Whether another encoder can go on after any chunk."""

    def chunk(self, documents: Sequence[bytes], line: int) -> bytes:
        """Return what `documents` add to the file, the first of them at line number `line`."""

    def end(self) -> bytes:
        """Return what the file ends with."""


@dataclass(frozen=True)
class Columns:
    """The columns of a table: dotted paths of attributes, and whether one holds all others."""

    paths: tuple[str, ...]
    has_others: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Their names, as a header has them."""
        return (*self.paths, OTHERS) if self.has_others else self.paths

    def cells(self, document: bytes) -> list[str | None]:
        """Return a document (JSON) as cells: text as it is, all else as JSON, None for nothing."""
        members = parse_object(document)
        cells = [_cell(_at(members, path.split("."))) for path in self.paths]
        if self.has_others:
            others = {name: value for name, value in members.items() if name not in self.paths}
            cells.append(_cell(others or None))
        return cells


class Ndjson:
    """A document a line."""

    goes_on = True

    def __init__(self, watermark: bytes, compressed: Callable[[bytes], bytes]) -> None:
        self._watermark = watermark
        self._compressed = compressed

    def chunk(self, documents: Sequence[bytes], line: int) -> bytes:
        """Return the lines of `documents`."""
        ends = [b" \n" if bit_of(self._watermark, line + n) else b"\n" for n in range(128)]
        lines = [part for n, text in enumerate(documents) for part in (text, ends[n % 128])]
        return self._compressed(b"".join(lines))

    def end(self) -> bytes:
        """Return nothing: the last line ended."""
        return b""


class Csv:
    """A record a row (RFC 4180), the header before the first; `for_people` guards formulas."""

    goes_on = True

    def __init__(
        self,
        columns: Columns,
        watermark: bytes,
        compressed: Callable[[bytes], bytes],
        *,
        for_people: bool,
    ) -> None:
        self._columns = columns
        self._watermark = watermark
        self._compressed = compressed
        self._shown: Callable[[str], str] = guarded if for_people else str

    def chunk(self, documents: Sequence[bytes], line: int) -> bytes:
        """Return the rows of `documents`."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        if line == 0:
            writer.writerow(self._columns.names)
        for number, document in enumerate(documents, line):
            first, *rest = (self._shown(cell or "") for cell in self._columns.cells(document))
            # The csv module quotes what needs it; whether the first cell is quoted is the mark.
            is_quoted = bit_of(self._watermark, number) or any(mark in first for mark in '",\r\n')
            text.write('"' + first.replace('"', '""') + '"' if is_quoted else first)
            if rest:
                text.write(",")
                writer.writerow(rest)
            else:
                text.write("\r\n")
        return self._compressed(text.getvalue().encode())

    def end(self) -> bytes:
        """Return nothing: the last row ended."""
        return b""


def compressor(compression: Compression) -> Callable[[bytes], bytes]:
    """Return what compresses the content of one chunk."""
    if compression == "gzip":
        return lambda content: gzip.compress(content, _GZIP_LEVEL, mtime=0)
    if compression == "zstd":
        return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress
    return bytes


def check_available(form: Format) -> None:
    """Raise Unavailable for Parquet where the library that writes it is missing."""
    if form == "parquet" and find_spec("arro3") is None:
        raise Unavailable(
            "This installation writes no Parquet files.",
            hint="Install customer-inventory[parquet], or ask for NDJSON or CSV.",
        )


def encoder(
    form: Format,
    compression: Compression,
    columns: Columns,
    watermark: bytes,
    *,
    for_people: bool,
) -> Encoder:
    """Return the encoder of a file of a format that is available."""
    if form == "ndjson":
        return Ndjson(watermark, compressor(compression))
    if form == "csv":
        return Csv(columns, watermark, compressor(compression), for_people=for_people)
    from customer_inventory.access.download.parquet import Parquet  # noqa: PLC0415 - an extra

    return Parquet(columns, watermark, compression)


def _at(node: Any, steps: Sequence[str]) -> Any:
    """Return what is at the path `steps`: of a list what its items have there, if they do."""
    for number, step in enumerate(steps):
        if isinstance(node, list):
            found = [_at(item, steps[number:]) for item in node]
            return [value for value in found if value is not None] or None
        if not isinstance(node, dict):
            return None
        node = node.get(step)
    return node


def _cell(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else encode(value).decode()
