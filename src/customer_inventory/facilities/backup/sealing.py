"""Sealed files: compressed (Zstandard, RFC 8878), then encrypted in parts (AES-256-GCM).

A file begins with a mark and a salt, from which its own key follows (HKDF, RFC 5869), so that no
nonce is ever used twice under a key. Parts are numbered and the last says that it is: nothing can
be left out, swapped, or cut off at the end without being noticed.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.keyfile import kept

KEY = "backup.key"
"""Name of the key file in the home: without it nobody opens a backup, so keep it elsewhere too."""
SUFFIX = ".sealed"
_MARK = b"CINVBK1\n"
_KEY_BYTES = 32
_SALT_BYTES = 16
_TAG_BYTES = 16
_PART_BYTES = 1_048_576
_LEVEL = 1  # the quickest: a copy is bound by it on two cores, and higher levels save a tenth


class Unsound(Unavailable):
    """A sealed file is not what was written, or was written with another key."""

    code = "unsound"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file that was sealed: bytes of its content, bytes on disk, SHA-256 of what is on disk."""

    size: int
    stored: int
    sha256: str


class Seal:
    """Seals files, and opens them, by one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def kept_in(cls, home: Path) -> "Seal":
        """Return the seal whose key lies in `home`, made at the first use, for its owner alone.

        Raises Unavailable when the file cannot be read or made, or holds no key.
        """
        key = kept(home, KEY, partial(secrets.token_bytes, _KEY_BYTES))
        if len(key) != _KEY_BYTES:
            raise Unavailable(
                f"{home / 'keys' / KEY} holds no key of backups.", hint="Put the right one back."
            )
        return cls(key)

    @property
    def fingerprint(self) -> str:
        """What tells this key from others, and nothing of it."""
        return hashlib.sha256(b"cinv backup key" + self._key).hexdigest()[:16]

    def write(self, file: Path, content: Iterable[bytes]) -> Sealed:
        """Write `content` into `file`: whole and on disk, or not at all."""
        made = file.with_name(f".{file.name}-{os.getpid()}")
        try:
            with made.open("xb") as out:
                sealed = self._write(out, content)
                out.flush()
                os.fsync(out.fileno())
            made.replace(file)
        except OSError as error:
            raise Unavailable(
                f"{file} cannot be written: {error.strerror}.",
                hint="Is there room, and may we write there?",
            ) from error
        finally:
            made.unlink(missing_ok=True)
        flush(file.parent)
        return sealed

    def read(self, file: Path) -> Iterator[bytes]:
        """Yield the content of a sealed file in pieces; raise Unsound when it is not as written."""
        try:
            with file.open("rb") as source:
                yield from _unpacked(self._opened(file, source), file)
        except OSError as error:
            raise Unsound(f"{file} cannot be read: {error.strerror}.") from error

    def _write(self, out: BinaryIO, content: Iterable[bytes]) -> Sealed:
        salt = secrets.token_bytes(_SALT_BYTES)
        cipher = self._cipher(salt)
        digest = hashlib.sha256()
        sizes = [0, 0]

        def put(piece: bytes) -> None:
            out.write(piece)
            digest.update(piece)
            sizes[1] += len(piece)

        def counted() -> Iterator[bytes]:
            for piece in content:
                sizes[0] += len(piece)
                yield piece

        put(_MARK + salt)
        number, waiting = 0, b""
        for part in _parts(_packed(counted())):
            if number:
                put(cipher.encrypt(*_place(number, is_last=False, part=waiting)))
            number, waiting = number + 1, part
        put(cipher.encrypt(*_place(number, is_last=True, part=waiting)))
        return Sealed(sizes[0], sizes[1], digest.hexdigest())

    def _opened(self, file: Path, source: BinaryIO) -> Iterator[bytes]:
        if source.read(len(_MARK)) != _MARK:
            raise Unsound(f"{file} is no sealed file of ours.")
        cipher = self._cipher(source.read(_SALT_BYTES))
        part, number = source.read(_PART_BYTES + _TAG_BYTES), 1
        while True:
            following = source.read(_PART_BYTES + _TAG_BYTES)
            try:
                yield cipher.decrypt(*_place(number, is_last=not following, part=part))
            except InvalidTag:
                raise Unsound(
                    f"{file} is damaged in part {number}, cut off, or sealed with another key.",
                    hint=f"The key is the file keys/{KEY} in CINV_HOME.",
                ) from None
            if not following:
                return
            part, number = following, number + 1

    def _cipher(self, salt: bytes) -> AESGCM:
        derive = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=salt, info=b"cinv backup file")
        return AESGCM(derive.derive(self._key))


def flush(folder: Path) -> None:
    """Have the names in `folder` on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _place(number: int, *, is_last: bool, part: bytes) -> tuple[bytes, bytes, bytes]:
    """Return nonce, part and what is bound to it: its number, and whether it is the last."""
    return number.to_bytes(12), part, b"last" if is_last else b"more"


def _packed(content: Iterable[bytes]) -> Iterator[bytes]:
    packer = zstandard.ZstdCompressor(level=_LEVEL, threads=_threads()).compressobj()
    for piece in content:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()


def _threads() -> int:
    """Return how many threads compress beside the one that reads, encrypts and writes.

    One where there is a processor for it: the server that is read needs the others.
    """
    return int((os.cpu_count() or 1) > 1)


def _unpacked(content: Iterable[bytes], file: Path) -> Iterator[bytes]:
    unpacker = zstandard.ZstdDecompressor().decompressobj()
    try:
        for piece in content:
            if plain := unpacker.decompress(piece):
                yield plain
    except zstandard.ZstdError as error:
        raise Unsound(f"{file} cannot be unpacked: {error}.") from None


def _parts(content: Iterable[bytes]) -> Iterator[bytes]:
    """Yield `content` in parts of one size, the last one shorter; one at least."""
    held = bytearray()
    for piece in content:
        held += piece
        while len(held) > _PART_BYTES:
            yield bytes(held[:_PART_BYTES])
            del held[:_PART_BYTES]
    yield bytes(held)
