"""A file in encrypted parts: AES-256-GCM, each part by itself, bound to its file and place."""

from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from customer_inventory.kit.errors import Unavailable

KEY_BITS = 256
PART_BYTES = 262_144
"""Bytes of a part before it is encrypted; the last may be shorter."""


def new_key() -> bytes:
    """Return a key for one file."""
    return AESGCM.generate_key(KEY_BITS)


def parts(key: bytes, file: str, content: bytes) -> Iterator[bytes]:
    """Yield the encrypted parts of `content`, in order; an empty file has one empty part."""
    cipher = AESGCM(key)
    for part, start in enumerate(range(0, max(len(content), 1), PART_BYTES)):
        plain = content[start : start + PART_BYTES]
        # A key serves one file and a number one part of it: no nonce is ever used twice.
        yield cipher.encrypt(part.to_bytes(12), plain, f"{file} {part}".encode())


def opened(key: bytes, file: str, part: int, encrypted: bytes) -> bytes:
    """Return part number `part` of a file; raise Unavailable when it is not what was kept."""
    try:
        return AESGCM(key).decrypt(part.to_bytes(12), encrypted, f"{file} {part}".encode())
    except InvalidTag:
        raise Unavailable(
            "The attachment is damaged: a part is not what was kept.",
            hint="Restore it from a backup.",
        ) from None
