"""A Parquet file, row group by row group: a chunk is one.

The library pulls batches out of an iterator, so it runs in a thread of its own that is given one
batch at a time. What it writes meanwhile is taken from it after each.
"""

import queue
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import arro3.core as arrow
from arro3.io import read_parquet, write_parquet

from customer_inventory.access.download.encoding import Columns, Compression
from customer_inventory.kit.errors import Unavailable

WATERMARK = "customer-inventory.watermark"
_CODEC = {"none": "uncompressed", "gzip": "gzip(6)", "zstd": "zstd(3)"}
_ROWS_OF_GROUP = 10_000
_PATIENCE = 60.0


class Parquet:
    """Writes records as a table of text columns; what is absent is null."""

    goes_on = False

    def __init__(self, columns: Columns, watermark: bytes, compression: Compression) -> None:
        self._columns = columns
        text = arrow.DataType.string()
        self._schema = arrow.Schema(
            [arrow.Field(name, text) for name in columns.names],
            metadata={WATERMARK: watermark.hex()},
        )
        self._batches: queue.SimpleQueue[arrow.RecordBatch | None] = queue.SimpleQueue()
        self._asked: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
        self._sink = _Sink()
        # The thread holds no reference to the encoder: one that is dropped lets it end.
        told = (self._schema, self._batches, self._asked, self._sink, _CODEC[compression])
        threading.Thread(target=_written, args=told, name="write parquet", daemon=True).start()
        self._await()

    def chunk(self, documents: Sequence[bytes], line: int) -> bytes:  # noqa: ARG002 - as others
        """Return what the file grew by while `documents` were taken into it."""
        rows = [self._columns.cells(document) for document in documents]
        text = arrow.DataType.string()
        columns = [arrow.Array(list(column), text) for column in zip(*rows, strict=True)]
        if rows:
            self._batches.put(arrow.RecordBatch.from_arrays(columns, schema=self._schema))
            self._await()
        return self._sink.taken()

    def end(self) -> bytes:
        """Return the rest of the file."""
        self._batches.put(None)
        self._await()
        return self._sink.taken()

    def __del__(self) -> None:
        self._batches.put(None)

    def _await(self) -> None:
        """Wait until the library asks for the next batch, or has ended."""
        failed = self._asked.get(timeout=_PATIENCE)
        if failed is not None:
            raise Unavailable(f"The Parquet file cannot be written: {failed}.") from failed


def _written(
    schema: arrow.Schema,
    batches: "queue.SimpleQueue[arrow.RecordBatch | None]",
    asked: "queue.SimpleQueue[BaseException | None]",
    sink: "_Sink",
    codec: str,
) -> None:
    def given() -> Iterator[arrow.RecordBatch]:
        while True:
            asked.put(None)
            batch = batches.get()
            if batch is None:
                return
            yield batch

    try:
        reader = arrow.RecordBatchReader.from_batches(schema, given())
        write_parquet(
            reader,
            sink,  # type: ignore[arg-type] # of a file it needs no more than this
            compression=codec,
            max_row_group_size=_ROWS_OF_GROUP,
        )
        asked.put(None)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other thread must hear of it
        asked.put(error)


def watermark_in(path: Path) -> bytes | None:
    """Return the watermark of a Parquet file; None when it has none, OSError when it is none."""
    try:
        metadata = read_parquet(path).schema.metadata
        return bytes.fromhex(metadata[WATERMARK.encode()].decode())
    except KeyError:
        return None
    except Exception as error:
        raise OSError(str(error)) from error


class _Sink:
    """A file that keeps what is written until it is taken."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, content: bytes) -> int:
        self._written.append(bytes(content))
        return len(content)

    def flush(self) -> None:
        """Do nothing: all is here."""

    def seek(self, *_: int) -> int:
        """Refuse: a file is written from its beginning to its end."""
        raise OSError

    def taken(self) -> bytes:
        written, self._written = self._written, []
        return b"".join(written)
