"""The file of a download on disk: encrypted chunk by chunk, opened from any byte on.

It lies in the home, for its owner alone. Each chunk has a key of its own, sealed in the database by
one that is not there: when the rows of the chunks go, nobody can read what is left of the file.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from customer_inventory.kit.errors import Conflict, InventoryError, Unavailable
from customer_inventory.record.attachment import cipher
from customer_inventory.store.safe import Safe

FOLDER = "downloads"
_TAG_BYTES = 16


class Damaged(Unavailable):
    """The file is not what was written."""

    code = "damaged"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The file of this download is damaged: {what}.", hint="Ask for the download again."
        )


class NoRoom(Unavailable):
    """The file cannot be written."""

    code = "noRoom"


class BeingWritten(Conflict):
    """Another worker writes the file."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk of a file: `start` and `size` of its content, `place` of its parts on disk, in bytes.

    `name` binds its parts to the download and the number of the chunk.
    """

    name: str
    start: int
    size: int
    place: int
    sealed_key: bytes

    @property
    def end(self) -> int:
        """Where its parts end on disk."""
        parts = max(-(-self.size // cipher.PART_BYTES), 1)
        return self.place + self.size + parts * _TAG_BYTES


def path_of(home: Path, download: str) -> Path:
    """Return where the file of a download lies."""
    return home / FOLDER / download


def remove(home: Path, download: str) -> None:
    """Remove the file of a download, if there is one; raise Unavailable when it stays."""
    try:
        path_of(home, download).unlink(missing_ok=True)
    except OSError as error:
        raise Unavailable(f"A file cannot be removed: {error.strerror}.") from error


class Writing:
    """A file that one worker writes: nobody else can meanwhile."""

    def __init__(self, home: Path, safe: Safe, download: str) -> None:
        """Open the file; raise BeingWritten, or NoRoom when the disk does not take it."""
        self._safe = safe
        self._download = download
        path = path_of(home, download)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _no_room(error) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._descriptor)
            raise BeingWritten("This download is under way elsewhere.") from None

    def close(self) -> None:
        """Let others write it."""
        os.close(self._descriptor)

    def begin(self, place: int) -> None:
        """Leave what was written before `place`; raise Damaged when there is less."""
        if os.fstat(self._descriptor).st_size < place:
            raise Damaged("it is shorter than it was")
        os.ftruncate(self._descriptor, place)

    def write(self, number: int, content: bytes, *, start: int, place: int) -> Chunk:
        """Write a chunk and return it; on disk, durable, before this returns. Raises NoRoom."""
        name, key = f"{self._download} {number}", cipher.new_key()
        try:
            os.lseek(self._descriptor, place, os.SEEK_SET)
            for part in cipher.parts(key, name, content):
                _write_whole(self._descriptor, part)
            os.fdatasync(self._descriptor)
        except OSError as error:
            raise _no_room(error) from error
        return Chunk(name, start, len(content), place, self._safe.seal(key, name))


class Reading:
    """A whole file, open: the content of `chunks`, which are all of it."""

    def __init__(self, home: Path, safe: Safe, download: str, chunks: Sequence[Chunk]) -> None:
        """Open the file; raise Damaged when it is not as long as it was written."""
        self._safe = safe
        self._chunks = chunks
        try:
            self._descriptor = os.open(path_of(home, download), os.O_RDONLY)
        except OSError as error:
            raise Damaged(f"it cannot be opened ({error.strerror})") from error
        if os.fstat(self._descriptor).st_size != (chunks[-1].end if chunks else 0):
            os.close(self._descriptor)
            raise Damaged("it is not as long as it was")

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def content(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the content from byte `start` to before `stop`, checked, part by part.

        Raises Damaged for a part that is not what was written.
        """
        for chunk in self._chunks:
            if chunk.start + chunk.size > start and chunk.start < stop:
                yield from self._of_chunk(chunk, start - chunk.start, stop - chunk.start)

    def sha256(self) -> bytes:
        """Return the SHA-256 of the content, all of it read and checked."""
        digest = hashlib.sha256()
        for part in self.content(0, self._chunks[-1].start + self._chunks[-1].size):
            digest.update(part)
        return digest.digest()

    def _of_chunk(self, chunk: Chunk, start: int, stop: int) -> Iterator[bytes]:
        start, stop = max(start, 0), min(stop, chunk.size)
        key = self._safe.open(chunk.sealed_key, chunk.name)
        for part in range(start // cipher.PART_BYTES, -(-stop // cipher.PART_BYTES)):
            first = part * cipher.PART_BYTES
            length = min(cipher.PART_BYTES, chunk.size - first) + _TAG_BYTES
            place = chunk.place + part * (cipher.PART_BYTES + _TAG_BYTES)
            plain = self._opened(key, chunk, part, os.pread(self._descriptor, length, place))
            yield plain[max(start - first, 0) : stop - first]

    @staticmethod
    def _opened(key: bytes, chunk: Chunk, part: int, encrypted: bytes) -> bytes:
        try:
            return cipher.opened(key, chunk.name, part, encrypted)
        except InventoryError:
            raise Damaged("a part is not what was written") from None


def _write_whole(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def _no_room(error: OSError) -> NoRoom:
    return NoRoom(
        f"The file cannot be written: {error.strerror}.",
        hint="Make room where CINV_HOME lies, then ask for the download again.",
    )
