"""Whose copy a file is: the watermark in its lines, and the records planted in it.

Both are derived from the id of the job with a key that lies in the home, so that nobody who has
files can tell or make them. The watermark is 128 bits, one a line and then again from the first:
a space before the end of a line of NDJSON, quotes around the first cell of a row of CSV. Neither
changes any value. A Parquet file names it among its metadata.
"""

import hashlib
import hmac
import secrets
from functools import partial
from pathlib import Path

from customer_inventory.store.keyfile import kept

BITS = 128
_KEY_BYTES = 32


class Marks:
    """The marks of the downloads of one inventory."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def kept_in(cls, home: Path) -> "Marks":
        """Return the marks whose key lies in `home`, made at the first use; raise Unavailable."""
        return cls(kept(home, "download.key", partial(secrets.token_bytes, _KEY_BYTES)))

    def watermark(self, download: str) -> bytes:
        """Return the watermark of a job: 16 bytes."""
        return self.derived("watermark", download)[: BITS // 8]

    def derived(self, *words: str) -> bytes:
        """Return 32 bytes that only this inventory derives from `words`."""
        return hmac.digest(self._key, "\x1f".join(words).encode(), hashlib.sha256)


def bit_of(watermark: bytes, line: int) -> bool:
    """Return the bit that line number `line` of a file carries, counted from 0."""
    place = line % BITS
    return bool(watermark[place // 8] >> (place % 8) & 1)


def watermark_of(bits: list[bool]) -> bytes | None:
    """Return the watermark of a file whose lines carry `bits`; None when they are too few."""
    if len(bits) < BITS:
        return None
    number = sum(1 << place for place in range(BITS) if bits[place])
    return number.to_bytes(BITS // 8, "little")
