"""Where a file or a value came from: by watermark, by planted records."""

import gzip
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import zstandard

from customer_inventory.access.download.canary import hashed
from customer_inventory.access.download.job import Download, of_row
from customer_inventory.access.download.mark import BITS, watermark_of
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.ids import ALPHABET, LENGTH
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_TELLING = re.compile(
    rb"(?<![0-9A-Za-z])[%b]{%d}(?![0-9A-Za-z])|[A-Za-z0-9._+-]{1,100}@[A-Za-z0-9.-]{1,100}"
    % (ALPHABET.encode(), LENGTH)
)
"""What planted records are known by: ids and addresses."""
_BLOCK_BYTES = 4 * 2**20
_LINES_LOOKED_AT = 4 * BITS
_LONGEST_LINE = 4 * 2**20


async def of_value(database: Database, value: str) -> list[Download]:
    """Return the downloads in which a record with this id or address was planted."""
    return await _planted(database, {hashed(value)})


async def of_file(database: Database, path: Path) -> list[tuple[Download, str]]:
    """Return the downloads that a file came from, each with what tells: watermark or canary.

    Raises Invalid for a file that cannot be read.
    """
    try:
        with path.open("rb") as file:
            beginning = file.read(4)
        is_table = beginning == b"PAR1"
        found = await _marked(database, _mark_of_table(path) if is_table else _mark_of(path))
        told = {download.id: (download, "watermark") for download in found}
        for block in [] if is_table else _blocks(path):
            values = {hashed(value.decode()) for value in _TELLING.findall(block)}
            for download in await _planted(database, values):
                told.setdefault(download.id, (download, "canary"))
    except (OSError, EOFError, zstandard.ZstdError) as error:
        raise Invalid(f"{path} cannot be read: {error}.", hint="Give a file as fetched.") from None
    return list(told.values())


async def _planted(database: Database, values: set[bytes]) -> list[Download]:
    return [of_row(row) for row in await database.fetch(SQL.downloads_of_canaries, list(values))]


async def _marked(database: Database, watermarks: set[bytes]) -> list[Download]:
    rows = await database.fetch(SQL.downloads_of_watermarks, list(watermarks))
    return [of_row(row) for row in rows]


def _mark_of(path: Path) -> set[bytes]:
    """Return the watermarks that the first lines may carry, as NDJSON and as CSV."""
    with _opened(path) as file:
        lines = [file.readline(_LONGEST_LINE) for _ in range(_LINES_LOOKED_AT)]
    as_json = [line.endswith((b" \n", b" \r\n")) for line in lines if line]
    as_table = [row.startswith(b'"') for row in _rows(lines)][1:]
    marks = (watermark_of(as_json), watermark_of(as_table))
    return {mark for mark in marks if mark is not None}


def _rows(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the rows of CSV: a line end between quotes ends none."""
    row = b""
    for line in lines:
        row += line
        if row and row.count(b'"') % 2 == 0:
            yield row
            row = b""


def _mark_of_table(path: Path) -> set[bytes]:
    try:
        from customer_inventory.access.download.parquet import watermark_in  # noqa: PLC0415
    except ImportError:
        return set()
    mark = watermark_in(path)
    return {mark} if mark else set()


def _blocks(path: Path) -> Iterator[bytes]:
    """Yield the content by whole lines, but of lines that are none only so much."""
    with _opened(path) as file:
        while block := file.read(_BLOCK_BYTES):
            yield block + file.readline(_LONGEST_LINE)


@contextmanager
def _opened(path: Path) -> Iterator[io.BufferedIOBase]:
    """Lend the content of a file, decompressed if it is."""
    with path.open("rb") as file:
        beginning = file.peek(4)[:4]
        if beginning[:2] == b"\x1f\x8b":
            with gzip.open(file) as plain:
                yield plain
        elif beginning == b"\x28\xb5\x2f\xfd":
            unpacked = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
            yield io.BufferedReader(unpacked)
        else:
            yield file
