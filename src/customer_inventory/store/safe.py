"""Secrets sealed (AES-256-GCM) with a key that lies in CINV_HOME, not in the database."""

import secrets
from functools import partial
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.keyfile import kept

_KEY_BYTES = 32
_NONCE_BYTES = 12


class Safe:
    """Seals and opens under one key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    @classmethod
    def kept_in(cls, home: Path) -> "Safe":
        """Return the safe whose key lies in `home`, made at the first use, for its owner alone.

        Raises Unavailable when the file cannot be read or made.
        """
        key = kept(home, "sealing.key", partial(secrets.token_bytes, _KEY_BYTES))
        if len(key) != _KEY_BYTES:
            raise Unavailable(
                f"{home / 'keys' / 'sealing.key'} holds no key of ours.",
                hint="Put the right one back.",
            )
        return cls(key)

    def seal(self, secret: bytes, context: str) -> bytes:
        """Return `secret` sealed for `context`; it opens for the same context alone."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Return what was sealed for `context`; raise Unavailable when our key does not fit."""
        try:
            return self._cipher.decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode()
            )
        except InvalidTag:
            raise Unavailable(
                "A secret was sealed with another key than the one in CINV_HOME.",
                hint="Services of one inventory share CINV_HOME/keys: put the right key back.",
            ) from None
