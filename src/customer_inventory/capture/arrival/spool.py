"""The spool: files below the home in which what arrives is text, until it is loaded.

A file is the owner's alone (0600) and named by the hash of what arrived, never by what that is
called. It is made whole or not at all, goes when its load ends, and stays when that is cut short.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from customer_inventory.kit.errors import Invalid, Unavailable

_FOLDER = ("capture", "spool")
_KEPT_SECONDS = 7 * 24 * 3600
"""What a load that was cut short left is swept after a week: it is personal data."""
_FREE_BYTES = 10 * 1_048_576
"""From so many bytes on the ratio counts: a short file of the same words shrinks to nothing."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What may come out of what arrives: `unpacked` bytes, `ratio` times the bytes packed."""

    unpacked: int = 64 * 2**30
    ratio: int = 200


class Bomb(Invalid):
    """What arrives becomes larger than it may."""

    code = "tooLarge"


class Spool:
    """The spool of the inventory in `home`."""

    def __init__(self, home: Path, limits: Limits) -> None:
        self._folder = home.joinpath(*_FOLDER)
        self.limits = limits

    def place(self, name: str) -> Path:
        """Return where the text of that name is, if it was made."""
        return self._folder / name

    @contextmanager
    def making(self, packed: int | None = None) -> Iterator["Growing"]:
        """Give a file to write to, for its owner alone; it is gone afterwards unless it was kept.

        `packed` is how many bytes that comes from. Raises Unavailable where there is no room.
        """
        with _room():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(prefix=".part-", dir=self._folder)  # 0600
        path = Path(name)
        try:
            with os.fdopen(descriptor, "wb", buffering=1_048_576) as file:
                yield Growing(path, file, self.limits, packed)
        finally:
            path.unlink(missing_ok=True)

    def keep(self, growing: "Growing", name: str) -> Path:
        """Keep what was written under `name`; return where."""
        growing.flush()
        place = self.place(name)
        growing.path.replace(place)
        return place

    def sweep(self) -> None:
        """Remove what loads that were cut short left long ago."""
        oldest = time.time() - _KEPT_SECONDS
        for path in self._folder.glob("*") if self._folder.is_dir() else ():
            with suppress(OSError):
                if path.stat().st_mtime < oldest:
                    path.unlink()


class Growing:
    """A file of the spool while it is written; more than the limits is not taken."""

    def __init__(self, path: Path, file: BinaryIO, limits: Limits, packed: int | None) -> None:
        self.path = path
        self.size = 0
        self.is_full = False
        self._file = file
        ratio = None if packed is None else max(packed * limits.ratio, _FREE_BYTES)
        self._most = limits.unpacked if ratio is None else min(limits.unpacked, ratio)
        self._limits = limits

    def write(self, data: bytes) -> int:
        """Write `data`; raise Bomb when that is more than there may be."""
        self.size += len(data)
        if self.size > self._most:
            self.is_full = True
            raise self.bomb()
        with _room():
            self._file.write(data)
        return len(data)

    def seek(self, *_: int) -> int:
        """Return where it is written: libraries ask for a file that could move, and never do."""
        return self.size

    def bomb(self) -> Bomb:
        """Return what is raised when there is more than there may be."""
        return Bomb(
            f"has more than {self._most:,} bytes, unpacked.",
            hint=f"It may have {self._limits.unpacked:,} (CINV_CAPTURE_UNPACKED_BYTES), and "
            f"{self._limits.ratio} times its packed size (CINV_CAPTURE_RATIO).",
        )

    def flush(self) -> None:
        """Hand on what was written."""
        with _room():
            self._file.flush()


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"The spool below CINV_HOME cannot be written: {error.strerror}.",
            hint="Is there room? What arrives packed is unpacked there.",
        ) from None
