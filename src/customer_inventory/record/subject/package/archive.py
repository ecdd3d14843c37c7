"""A zip archive written as it is sent: no file on disk, no more in memory than one part.

`zipfile` of the standard library does it over anything that can be written: where it cannot go
back, sizes follow the content (APPNOTE 4.3.9). Dates are fixed: the same files make the same
archive.
"""

import io
import zipfile
from collections.abc import AsyncIterator

from customer_inventory.record.subject.package.file import File

_NO_DATE = (1980, 1, 1, 0, 0, 0)
_OWNER_ALONE = 0o100600 << 16
_FULL = 65_536
_COMPRESSED = ("application/json", "text/")


async def zipped(files: AsyncIterator[File]) -> AsyncIterator[bytes]:
    """Yield a zip archive of `files`, in parts of some 64 KiB."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:
        async for file in files:
            info = zipfile.ZipInfo(file.path, _NO_DATE)
            info.external_attr = _OWNER_ALONE
            # Attachments are compressed by their formats already, or not worth the time.
            if file.media_type.startswith(_COMPRESSED):
                info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w") as out:
                async for part in file.content:
                    out.write(part)
                    if sink.size >= _FULL:
                        yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """Keeps what is written until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self.size = 0

    def writable(self) -> bool:
        """Return True: that is all it is for."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Keep `data`."""
        self._parts.append(bytes(data))
        self.size += len(data)
        return len(data)

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        whole = b"".join(self._parts)
        self._parts, self.size = [], 0
        return whole
