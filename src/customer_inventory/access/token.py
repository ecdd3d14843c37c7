"""Bearer tokens: 256 random bits, shown once, kept only as their SHA-256."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

PREFIX = "cinv_"
"""Makes a token that leaked easy to recognise for secret scanners."""


@dataclass(frozen=True)
class Token:
    """A token as it is handed out. `repr` does not show the secret."""

    secret: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Token(expires_at={self.expires_at.isoformat()})"


def mint(expires_at: datetime) -> Token:
    """Return a new token that is good until `expires_at`."""
    return Token(PREFIX + secrets.token_urlsafe(32), expires_at)


def digest(secret: str) -> bytes:
    """Return what is kept of a token. It is random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(secret.encode()).digest()
